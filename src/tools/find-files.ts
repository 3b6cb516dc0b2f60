/** `find_files`: files of the workspace by a glob. */
import * as z from 'zod'
import { defineTool } from './tool.ts'
import { walk } from './walk.ts'
import { readablePath, type ToolWorkspace } from './workspace-path.ts'

/** One path a line, relative to the workspace; the pattern is matched below `path`. */
export function findFilesTool(workspace: ToolWorkspace) {
  return defineTool({
    name: 'find_files',
    description:
      "Find files of the workspace by name, for example '*.md' or 'src/**/*.{ts,tsx}'. What .git and node_modules hold is left out.",
    input: z.object({
      pattern: z.string().trim().min(1).describe("Glob; without '/' it is matched against the file's name"),
      path: z.string().trim().default('').describe('Folder to search (default: the workspace)'),
      limit: z.int().positive().max(2000).default(200).describe('Most paths to return'),
    }),
    parallel: true,
    idempotent: true,
    maxOutput: 64_000,
    async run({ pattern, path: given, limit }, { signal }) {
      const folder = readablePath(workspace, given)
      const { globTest } = await import('./glob.ts')
      const matches = globTest(pattern)
      const found: string[] = []
      for await (const { kind, path } of walk(workspace, folder, signal)) {
        if (kind !== 'file' || !matches(folder === '' ? path : path.slice(folder.length + 1))) continue
        if (found.length === limit) {
          found.push(`[… more than ${limit} files; use a narrower pattern or a higher limit …]`)
          break
        }
        found.push(path)
      }
      return found.length === 0 ? `No files match ${pattern}` : found.join('\n')
    },
  })
}
