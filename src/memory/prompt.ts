/** The part of memory that every prompt carries. */
import { FileError, type Files } from '../files/index.ts'
import { dayBefore, localTime } from './local-time.ts'
import { dailyNotes, folderOf, LONG_TERM } from './namespace.ts'

export interface MemoryPromptOptions {
  /** UTF-16 units of each file; default 8000. */
  chars?: number
  /** IANA name; default: the runtime's own. */
  timeZone?: string
}

/**
 * Today's and yesterday's notes, then `MEMORY.md`, each under its path as heading (agent.md section 4); `''` when there
 * is nothing. Of a longer file the day's notes keep their end and `MEMORY.md` its beginning, with a notice.
 */
export async function memoryForPrompt(
  files: Files,
  namespace: string,
  now: number,
  { chars = 8000, timeZone }: MemoryPromptOptions = {},
): Promise<string> {
  const { day } = localTime(now, timeZone)
  const sections = await Promise.all(
    [dailyNotes(day), dailyNotes(dayBefore(day)), LONG_TERM].map(async (path) => {
      const keepsEnd = path !== LONG_TERM
      const text = await textOf(files, folderOf(namespace) + path, keepsEnd)
      return text && `## ${path}\n\n${keepsEnd ? ending(text, chars) : beginning(text, chars)}`
    }),
  )
  return sections.filter(Boolean).join('\n\n')
}

const notice = (cut: number) => `[… ${cut} characters left out; memory_search and memory_get find them …]`

function beginning(text: string, chars: number): string {
  if (text.length <= chars) return text
  const kept = text.slice(0, chars).replace(/[\ud800-\udbff]$/, '')
  return `${kept}\n${notice(text.length - kept.length)}`
}

function ending(text: string, chars: number): string {
  if (text.length <= chars) return text
  const kept = text.slice(text.length - chars).replace(/^[\udc00-\udfff]/, '')
  return `${notice(text.length - kept.length)}\n${kept}`
}

/** Reads no more of a file than a prompt could ever hold. */
const MAX_BYTES = 1024 * 1024

async function textOf(files: Files, path: string, fromEnd: boolean): Promise<string> {
  try {
    const bytes = await files.read(path, 0, MAX_BYTES + 1)
    if (bytes.length <= MAX_BYTES || !fromEnd) return new TextDecoder().decode(bytes.subarray(0, MAX_BYTES)).trim()
    const size = (await files.stat(path))?.size ?? MAX_BYTES
    return new TextDecoder().decode(await files.read(path, Math.max(0, size - MAX_BYTES), MAX_BYTES)).trim()
  } catch (error) {
    if (error instanceof FileError) return ''
    throw error
  }
}
