/** The stateless Worker in front: answers what needs no gateway, and brings everything else to its Gateway object. */
import './zod.ts'
import { TenantDirectory } from './directory.ts'
import { GatewayObject } from './gateway-object.ts'
import { hostedFetch, hostedUpkeep } from './host.ts'
import { isHosted } from './hosted-platform.ts'

export { GatewayObject, TenantDirectory }

/** One owner, one object. */
const gateway = (env: Env) => env.GATEWAY.getByName('main')

const text = (status: number, body: string, headers: Record<string, string> = {}) =>
  new Response(body, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers },
  })

export default {
  async fetch(request, env): Promise<Response> {
    // Liveness only (api-behaviour.md section 5.1): asks nobody and wakes nothing.
    if (new URL(request.url).pathname === '/health' && request.method !== 'OPTIONS') return text(200, 'ok')
    try {
      return isHosted(env) ? await hostedFetch(request, env) : await gateway(env).fetch(request)
    } catch (error) {
      // The object was reset under this request, by a deploy for instance; its turns go on without us.
      console.error(JSON.stringify({ level: 'ERROR', msg: 'the gateway object failed', error: String(error) }))
      return text(503, 'the gateway is restarting, try again\n', { 'retry-after': '1' })
    }
  },

  /** Every minute: wakes the gateway if its own alarm did not; of many tenants, the next few. */
  async scheduled(controller, env, ctx): Promise<void> {
    ctx.waitUntil(isHosted(env) ? hostedUpkeep(env, controller.scheduledTime) : gateway(env).poke())
  },
} satisfies ExportedHandler<Env>
