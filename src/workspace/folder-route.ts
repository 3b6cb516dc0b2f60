/** `GET /api/workspace_tree`: what lies in a folder of the workspace, one folder at a time. */
import * as z from 'zod'
import { badRequest, notFound } from '../errors.ts'
import { contained, FileError, type Files, isTemporary, splitPath } from '../files/index.ts'
import { boundedInt, type Route, route, text } from '../http/index.ts'

const DEFAULT_ENTRIES = 500
const MAX_ENTRIES = 2000

const entry = z
  .object({
    name: z.string(),
    path: z.string().describe('Relative to the workspace.'),
    kind: z.enum(['file', 'dir']),
    size: z.int().describe('Bytes; 0 for a folder.'),
    mtime: z.number().describe('ms since the epoch.'),
  })
  .meta({ id: 'WorkspaceEntry' })

/** The route that lists folders of a workspace. */
export function folderRoute(workspace: () => Files): Route {
  return route({
    method: 'GET',
    path: '/api/workspace_tree',
    tag: 'Workspace',
    summary: 'List a folder of the workspace',
    query: z.object({
      path: text().describe('Relative path of a folder. Default: the workspace itself.'),
      limit: boundedInt(DEFAULT_ENTRIES, MAX_ENTRIES),
    }),
    responses: {
      200: {
        description: 'Sorted by name; no unfinished writes. `truncated`: there are more than `limit`.',
        schema: z.object({ ok: z.literal(true), path: z.string(), entries: z.array(entry), truncated: z.boolean() }),
      },
      400: { description: '`invalid path`, or it is no folder.' },
      404: { description: '`folder not found: <path>`' },
    },
    async handle({ query }) {
      const path = folderPath(query.path)
      const entries: Array<z.output<typeof entry>> = []
      try {
        for await (const { path: full, kind, size, mtime } of workspace().list(path)) {
          const [, name] = splitPath(full)
          if (isTemporary(name)) continue
          if (entries.length === query.limit) return { ok: true, path, entries, truncated: true }
          entries.push({ name, path: full, kind, size, mtime })
        }
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        if (error.code === 'ENOENT') {
          // A workspace that nobody has written to yet is an empty one.
          if (path === '') return { ok: true, path, entries: [], truncated: false }
          throw notFound(`folder not found: ${path}`)
        }
        if (error.code === 'ENOTDIR') throw badRequest(`'${path}' is no folder`)
        throw error
      }
      return { ok: true, path, entries, truncated: false }
    },
  })
}

function folderPath(given: string): string {
  try {
    return contained(given.trim())
  } catch {
    throw badRequest('invalid path')
  }
}
