/** `read_file`: a text file of the workspace, or a part of it by bytes (agent.md section 9.1). */
import * as z from 'zod'
import { readTextSlice } from './text-slice.ts'
import { defineTool } from './tool.ts'
import { readablePath, type ToolWorkspace } from './workspace-path.ts'

/** Bytes without a `limit`, and at most. */
const DEFAULT_BYTES = 32 * 1024
const MAX_BYTES = 128 * 1024

/** Raw text; a part that this tool chose to stop at ends with a notice that says where to go on. */
export function readFileTool(workspace: ToolWorkspace) {
  return defineTool({
    name: 'read_file',
    description: `Read a text file of the workspace. Without limit it returns up to ${DEFAULT_BYTES} bytes from offset and says where to go on.`,
    input: z.object({
      path: z.string().trim().min(1).describe('Path relative to the workspace'),
      offset: z.int().positive().optional().describe('Byte to start at (default 0)'),
      limit: z.int().positive().optional().describe(`Bytes to read, at most ${MAX_BYTES}`),
    }),
    parallel: true,
    idempotent: true,
    maxOutput: MAX_BYTES + 1000,
    async run({ path: given, offset = 0, limit }) {
      const path = readablePath(workspace, given)
      const length = Math.min(limit ?? DEFAULT_BYTES, MAX_BYTES)
      const { text, next, size } = await readTextSlice(workspace.files(), path, offset, length)
      if (next >= size || length === limit) return text
      return `${text}\n\n[… bytes ${offset} to ${next} of ${size}; go on with offset=${next} …]`
    },
  })
}
