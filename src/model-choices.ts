/** `GET /api/models`: the models a person can choose from, as a picker shows them. */
import * as z from 'zod'
import type { Gateway } from './gateway.ts'
import { type Route, route } from './http/index.ts'

/** The route over a gateway's config and models. */
export function modelChoicesRoute(gateway: Pick<Gateway, 'config' | 'models'>): Route {
  return route({
    method: 'GET',
    path: '/api/models',
    scope: ['chat', 'read'],
    tag: 'Models',
    summary: 'List the models that a message or a session can name',
    description:
      'The model asked first, then its fallbacks, then the other models that the providers of the config list. What a ' +
      'provider could offer besides is asked of it with `POST /api/provider/test`.',
    responses: {
      200: {
        description: 'The models; `source` is `offline` as long as none is connected.',
        schema: z.object({
          ok: z.literal(true),
          primary: z.string(),
          source: z.enum(['config', 'env', 'local', 'workers-ai', 'offline']),
          models: z.array(
            z.object({
              ref: z.string().describe('`provider/model`.'),
              resting: z.boolean().describe('It failed of late.'),
            }),
          ),
        }),
      },
    },
    async handle() {
      const { primary, source, fallbacks, cooling } = await gateway.models.describe()
      const { providers } = gateway.config.current.models
      const listed = Object.entries(providers).flatMap(([name, { models }]) =>
        models.map((model) => (model.startsWith(`${name}/`) ? model : `${name}/${model}`)),
      )
      const resting = new Set(cooling.map(({ scope }) => scope))
      const refs = [...new Set([primary, ...fallbacks, ...(source === 'offline' ? [] : listed)])]
      return {
        ok: true,
        primary,
        source,
        models: refs.map((ref) => ({ ref, resting: resting.has(ref) || resting.has(`${ref.split('/')[0]}/*`) })),
      }
    },
  })
}
