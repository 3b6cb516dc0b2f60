/** The least a server on Hono and node-server can do: one static JSON route. Prints its URL. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const answer = { ok: true, gateway_version: '0.0.0', compiled_channels: [] }
const app = new Hono().get('/api/version', (c) => c.json(answer))
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}\n`)
})
