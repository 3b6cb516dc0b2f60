/** `grep_files`: lines of the workspace's text files that match a regular expression. */
import * as z from 'zod'
import { FileError, type FileStat } from '../files/index.ts'
import { textOf } from './text-encoding.ts'
import { defineTool } from './tool.ts'
import { walk } from './walk.ts'
import { readablePath, type ToolWorkspace } from './workspace-path.ts'

const MAX_FILE_BYTES = 2 * 1024 * 1024
const MAX_TOTAL_BYTES = 128 * 1024 * 1024

/** `<path>:<line>: <text>` a match. Binary files are passed over, files over 2 MiB too, with a notice. */
export function grepFilesTool(workspace: ToolWorkspace) {
  return defineTool({
    name: 'grep_files',
    description:
      'Search the text files of the workspace for a regular expression (RE2 syntax), line by line. What .git and node_modules hold is left out.',
    input: z.object({
      pattern: z.string().min(1).describe('Regular expression, or text with literal'),
      path: z.string().trim().default('').describe('Folder or file to search (default: the workspace)'),
      glob: z.string().trim().default('').describe("Only files that match, for example '*.ts'"),
      ignore_case: z.boolean().default(false),
      literal: z.boolean().default(false).describe('Take the pattern as plain text'),
      limit: z.int().positive().max(1000).default(200).describe('Most lines to return'),
    }),
    parallel: true,
    idempotent: true,
    maxOutput: 32_000,
    async run({ pattern, path, glob, ignore_case, literal, limit }, { signal }) {
      const start = readablePath(workspace, path)
      const [{ globTest }, { lineTest, matchingLines }] = await Promise.all([
        import('./glob.ts'),
        import('./line-search.ts'),
      ])
      const test = lineTest({ pattern, ignoreCase: ignore_case, literal })
      const wanted = glob === '' ? () => true : globTest(glob)
      const found: string[] = []
      let large = 0
      let total = 0
      for await (const file of filesFrom(workspace, start, signal)) {
        if (!wanted(file.path === start ? file.path : file.path.slice(start === '' ? 0 : start.length + 1))) continue
        if (file.size > MAX_FILE_BYTES) {
          large++
          continue
        }
        total += file.size
        if (total > MAX_TOTAL_BYTES) return [...found, '[… too much to search; name a folder or a glob …]'].join('\n')
        const bytes = await bytesOf(workspace, file)
        for (const match of matchingLines(textOf(bytes) ?? '', test)) {
          if (found.length === limit) {
            return [...found, `[… more than ${limit} lines match; narrow the pattern, the path or the glob …]`].join(
              '\n',
            )
          }
          found.push(`${file.path}:${match.line}: ${match.text}`)
        }
      }
      if (found.length === 0) found.push(`No lines match ${pattern}`)
      if (large > 0) found.push(`[… ${large} files over ${MAX_FILE_BYTES} bytes were not searched …]`)
      return found.join('\n')
    },
  })
}

async function* filesFrom(workspace: ToolWorkspace, start: string, signal: AbortSignal): AsyncIterable<FileStat> {
  const stat = start === '' ? undefined : await workspace.files().stat(start)
  if (stat === null) throw new FileError('ENOENT', start)
  if (stat?.kind === 'file') {
    yield stat
    return
  }
  for await (const entry of walk(workspace, start, signal)) if (entry.kind === 'file') yield entry
}

/** A file that vanished since it was listed, or that may not be read, is passed over like a binary one. */
async function bytesOf(workspace: ToolWorkspace, file: FileStat): Promise<Uint8Array> {
  try {
    return await workspace.files().read(file.path, 0, MAX_FILE_BYTES)
  } catch (error) {
    if (error instanceof FileError) return new Uint8Array()
    throw error
  }
}
