/** `edit_file`: replaces one exact piece of text (agent.md section 9.1). */
import * as z from 'zod'
import { FileError, type Files } from '../files/index.ts'
import { defineTool } from './tool.ts'
import { type ToolWorkspace, writablePath } from './workspace-path.ts'

/** A file is held in memory three times while it is edited. */
const MAX_BYTES = 4 * 1024 * 1024
const ATTEMPTS = 3

/** Keeps a byte order mark and CRLF line ends; an edit that another one overtakes is applied to the new content. */
export function editFileTool(workspace: ToolWorkspace) {
  return defineTool({
    name: 'edit_file',
    description:
      'Replace a piece of text in a file of the workspace. old_text must match exactly and only once; an empty new_text deletes it.',
    input: z.object({
      path: z.string().trim().min(1).describe('Path relative to the workspace'),
      old_text: z.string().min(1).describe('The text to replace, with enough around it to be unique'),
      new_text: z.string().describe('What takes its place'),
    }),
    async run({ path: given, old_text, new_text }) {
      const path = writablePath(workspace, given)
      for (let attempt = 1; ; attempt++) {
        const { text, version } = await readUtf8(workspace.files(), path)
        const edited = replaceOnce(text, old_text, new_text)
        try {
          await workspace.files().write(path, edited, { ifVersion: version })
          return `Successfully edited ${path}`
        } catch (error) {
          if (!(error instanceof FileError && error.code === 'ESTALE') || attempt === ATTEMPTS) throw error
        }
      }
    },
  })
}

/** `text` with its only occurrence of `oldText` replaced. Line ends of the file win over those of the model. */
export function replaceOnce(text: string, oldText: string, newText: string): string {
  const lineEnd = /\r\n/.test(text) && !/(^|[^\r])\n/.test(text) ? '\r\n' : undefined
  const asFile = (piece: string) => (lineEnd === undefined ? piece : piece.replace(/\r?\n/g, lineEnd))
  // A model reads `\r\n` as a line break like any other, and may write either.
  const candidates = [oldText, asFile(oldText), oldText.replaceAll('\r\n', '\n')]
  const found = candidates.find((candidate) => text.includes(candidate))
  if (found === undefined) throw new Error('old_text not found in file')
  const count = text.split(found).length - 1
  if (count > 1) throw new Error(`old_text appears ${count} times, please make it unique`)
  const at = text.indexOf(found)
  return text.slice(0, at) + asFile(newText) + text.slice(at + found.length)
}

async function readUtf8(files: Files, path: string): Promise<{ text: string; version: string }> {
  const stat = await files.stat(path)
  if (stat === null) throw new FileError('ENOENT', path)
  if (stat.kind === 'dir') throw new FileError('EISDIR', path)
  if (stat.size > MAX_BYTES) throw new FileError('EFBIG', path, `edit_file takes files up to ${MAX_BYTES} bytes`)
  const bytes = await files.read(path)
  try {
    // Other encodings could not be written back as they were; `ignoreBOM` keeps the mark in the text.
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), version: stat.version }
  } catch {
    throw new Error(`'${path}' is not UTF-8 text; write it anew with write_file`)
  }
}
