/** The least a Worker with a Durable Object can do on Hono: one static JSON route, answered in the object. */
import { DurableObject } from 'cloudflare:workers'
import { Hono } from 'hono'

const answer = { ok: true, gateway_version: '0.0.0', compiled_channels: [] }
const app = new Hono().get('/api/version', (c) => c.json(answer))

/** Answers every request. */
export class BareObject extends DurableObject {
  fetch(request) {
    return app.fetch(request)
  }
}

export default { fetch: (request, env) => env.BARE.getByName('main').fetch(request) }
