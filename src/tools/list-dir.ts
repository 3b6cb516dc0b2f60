/** `list_dir`: what a folder of the workspace holds (agent.md section 9.1). */
import * as z from 'zod'
import { defineTool } from './tool.ts'
import { nameOf, visibleEntries, walk } from './walk.ts'
import { readablePath, type ToolWorkspace } from './workspace-path.ts'

const MAX_ENTRIES = 1000

/** One line an entry; recursive lists name paths relative to the folder and do not enter `.git` and `node_modules`. */
export function listDirTool(workspace: ToolWorkspace) {
  return defineTool({
    name: 'list_dir',
    description:
      "List a folder of the workspace ('.' is the workspace itself). A recursive list leaves out what .git and node_modules hold.",
    input: z.object({
      path: z.string().trim().min(1).describe('Path relative to the workspace'),
      recursive: z.boolean().default(false).describe('Also list what its folders hold'),
    }),
    parallel: true,
    idempotent: true,
    maxOutput: 64_000,
    async run({ path: given, recursive }, { signal }) {
      const folder = readablePath(workspace, given)
      const entries = recursive ? walk(workspace, folder, signal) : await visibleEntries(workspace, folder)
      const lines: string[] = []
      for await (const { kind, path } of entries) {
        if (lines.length === MAX_ENTRIES) {
          lines.push(`[… more than ${MAX_ENTRIES} entries; list one of the folders, or use find_files …]`)
          break
        }
        const name = recursive && folder !== '' ? path.slice(folder.length + 1) : recursive ? path : nameOf(path)
        lines.push(kind === 'dir' ? `DIR:  ${name}` : `FILE: ${name}`)
      }
      return lines.length === 0 ? '(empty)' : lines.join('\n')
    },
  })
}
