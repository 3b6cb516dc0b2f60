/** `POST /api/mcp/install` (api-behaviour.md section 5.13). */
import * as z from 'zod'
import { type Route, route } from '../http/index.ts'
import type { Installer } from './installer.ts'

/** Routes that change which MCP servers there are. */
export function mcpRoutes(installer: Pick<Installer, 'install'>): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/mcp/install',
      tag: 'Tools',
      summary: 'Install a package that holds an MCP server',
      description:
        'Runs `uv tool install <package>` or `bun add -g <package>`, ten minutes at most, and finds the command it brought. ' +
        'Takes names of the registries, at most with a pinned version. The config stays as it is.',
      body: z.object({
        package: z.string().default('').describe('`name`, `name==1.2.3` (uv), `name@1.2.3`, `@scope/name` (bun).'),
        installer: z.string().default('').describe('`uv` (default) or `bun`.'),
      }),
      responses: {
        200: {
          description: 'It is installed',
          schema: z.object({
            ok: z.literal(true),
            package: z.string(),
            output: z.string().describe("The installer's output, then what was installed and where its command is."),
            bin_name: z.string(),
            bin_path: z.string().describe('Absolute path of the command.'),
          }),
        },
        400: {
          description: '`package required`, a package that is no registry name, or an installer that is not known',
        },
        412: { description: 'The installer is not on this machine' },
        429: { description: 'Another package is being installed' },
        501: { description: 'This runtime cannot start processes' },
        502: { description: "The installer's output: it failed, or brought no command" },
        504: { description: 'Not finished within ten minutes' },
      },
      async handle({ body }) {
        return { ok: true, ...(await installer.install(body)) }
      },
    }),
  ]
}
