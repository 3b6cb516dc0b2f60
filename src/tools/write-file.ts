/** `write_file`: makes, replaces or extends a file of the workspace (agent.md section 9.1). */
import * as z from 'zod'
import { defineTool } from './tool.ts'
import { type ToolWorkspace, writablePath } from './workspace-path.ts'

/** Writes are atomic and make parent folders. */
export function writeFileTool(workspace: ToolWorkspace) {
  return defineTool({
    name: 'write_file',
    description:
      'Write a text file of the workspace, replacing what it held; with append the content is added at its end. Missing folders are made.',
    input: z.object({
      path: z.string().trim().min(1).describe('Path relative to the workspace'),
      content: z.string().describe('The text, exactly as it shall stand in the file'),
      append: z.boolean().default(false).describe('Add to the end instead of replacing'),
    }),
    async run({ path: given, content, append }) {
      const path = writablePath(workspace, given)
      if (append) {
        await workspace.files().append(path, content)
        return `File appended successfully: ${path}`
      }
      await workspace.files().write(path, content)
      return `File written successfully: ${path}`
    },
  })
}
