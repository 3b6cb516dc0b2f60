/** `GET /api/chat/commands`: what can be typed instead of a message, for completion. */
import * as z from 'zod'
import { type Route, route } from '../http/index.ts'
import { commandList } from './commands.ts'

export function commandRoute(): Route {
  return route({
    method: 'GET',
    path: '/api/chat/commands',
    scope: ['chat', 'read'],
    tag: 'Chat',
    summary: 'List the commands a chat understands',
    responses: {
      200: {
        description: 'The commands, in the order of `/help`.',
        schema: z.object({
          ok: z.literal(true),
          commands: z.array(z.object({ name: z.string().describe('With its slash.'), help: z.string() })),
        }),
      },
    },
    handle: () => ({ ok: true, commands: commandList() }),
  })
}
