/** `GET /api/status`: how the gateway is, for people and for `clawgo status`. */
import * as z from 'zod'
import type { Gateway } from './gateway.ts'
import { type Route, route } from './http/index.ts'

const model = z.object({
  primary: z.string().describe('The model asked first, `provider/model`.'),
  source: z.enum(['config', 'env', 'local', 'workers-ai', 'offline']),
  detail: z.string().describe('Where it was found; never a key.'),
  fallbacks: z.array(z.string()),
  cooling: z
    .array(
      z.looseObject({
        scope: z.string().describe('`provider/model`, or `provider/*`.'),
        until: z.number().describe('ms since the epoch.'),
        failures: z.int(),
        message: z.string(),
      }),
    )
    .describe('Models that rest after a failure, and why.'),
  problems: z.array(z.string()).describe('Why configured models cannot be asked.'),
})

/** The status route of a gateway. */
export function statusRoute(gateway: Gateway): Route {
  return route({
    method: 'GET',
    path: '/api/status',
    tag: 'System',
    summary: 'The model in use, running turns, and what the config says that nobody understands',
    responses: {
      200: {
        description: 'The state now.',
        schema: z.object({
          ok: z.literal(true),
          gateway_version: z.string(),
          runtime: z.enum(['node', 'workerd']),
          model,
          active_turns: z.int(),
          unknown_config_keys: z.array(z.string()),
        }),
      },
    },
    handle: async () => ({
      ok: true,
      gateway_version: gateway.version,
      runtime: gateway.platform.runtime,
      model: await gateway.models.describe(),
      active_turns: gateway.chat.engine.load.running,
      unknown_config_keys: gateway.config.unknownKeys,
    }),
  })
}
