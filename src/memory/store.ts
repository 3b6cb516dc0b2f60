/** The notes an agent keeps: `MEMORY.md` for what lasts, `memory/<day>.md` for the day (workspace-formats.md section 6). */
import { badRequest } from '../errors.ts'
import { contained, FileError, type FileStat, type Files } from '../files/index.ts'
import { type Block, blocksOf } from './blocks.ts'
import { folded, keywordsOf } from './keywords.ts'
import { localTime } from './local-time.ts'
import { dailyNotes, folderOf, isMemoryFile, LONG_TERM } from './namespace.ts'
import { type MemoryNote, readyNote } from './write-rules.ts'

/** Files larger than this are not searched, and read by `lines` only up to it. */
const MAX_FILE_BYTES = 2 * 1024 * 1024
const MAX_CACHED = 500

/** A block that a search found; `path` is relative to the namespace's folder. */
export interface MemoryHit extends Block {
  path: string
  score: number
}

export interface MemoryLines {
  path: string
  /** 1-based number of the first line. */
  from: number
  lines: string[]
}

export interface Remembered {
  /** Where the note went, after the gate. */
  kind: 'longterm' | 'daily'
  /** Relative to the namespace's folder. */
  path: string
}

interface Searchable extends Block {
  text: string
  foldedText: string
  foldedHeading: string
}

/** Memory over a workspace. Namespaces are in normal form (`namespaceOf`); `timeZone` says when a day begins. */
export class MemoryStore {
  readonly #files: () => Files
  readonly #now: () => number
  readonly #timeZone: (() => string | undefined) | undefined
  /** Parsed files by path, each valid for one version. */
  readonly #parsed = new Map<string, { version: string; blocks: Searchable[] }>()

  constructor(options: { files: () => Files; now: () => number; timeZone?: () => string | undefined }) {
    this.#files = options.files
    this.#now = options.now
    this.#timeZone = options.timeZone
  }

  /** The `limit` best blocks: a point for each keyword in the text, another for each in the heading; newer days first. */
  async search(namespace: string, query: string, limit: number): Promise<MemoryHit[]> {
    const keywords = keywordsOf(query)
    const hits: MemoryHit[] = []
    for (const file of await this.#memoryFiles(namespace)) {
      const path = file.path.slice(folderOf(namespace).length)
      for (const { foldedText, foldedHeading, ...block } of await this.#blocks(file)) {
        let score = 0
        for (const word of keywords) {
          if (foldedText.includes(word)) score++
          if (foldedHeading.includes(word)) score++
        }
        if (score > 0) hits.push({ ...block, path, score })
      }
    }
    // The sort is stable, and the files come long-term first, then from the newest day to the oldest.
    return hits.sort((a, b) => b.score - a.score).slice(0, limit)
  }

  /** Up to `count` lines from line `from`. 400 for a path that is no memory file; `ENOENT` for a missing one. */
  async lines(namespace: string, given: string, from: number, count: number): Promise<MemoryLines> {
    if (/^([/\\~]|[A-Za-z]:)/.test(given)) throw badRequest('absolute path is not allowed')
    const path = given.includes('..') ? given : contained(given)
    if (!isMemoryFile(path)) throw badRequest(`path not allowed: ${given}`)
    const bytes = await this.#files().read(folderOf(namespace) + path, 0, MAX_FILE_BYTES)
    const all = new TextDecoder().decode(bytes).split(/\r?\n/)
    if (all.at(-1) === '') all.pop()
    return { path, from, lines: all.slice(from - 1, from - 1 + count) }
  }

  /** Adds a note as one list item. Appends, so that turns that write at the same time lose nothing. */
  async remember(namespace: string, note: MemoryNote): Promise<Remembered> {
    const { kind, text } = readyNote(note)
    const { day, time } = localTime(this.#now(), this.#timeZone?.())
    const path = kind === 'longterm' ? LONG_TERM : dailyNotes(day)
    await this.#append(folderOf(namespace) + path, `- [${time}] ${text}\n`, kind === 'daily' ? `# ${day}\n\n` : '')
    return { kind, path }
  }

  /** Replaces the whole file that the note goes to with the note alone. */
  async replace(namespace: string, note: MemoryNote): Promise<Remembered> {
    const { kind, text } = readyNote(note)
    const { day, time } = localTime(this.#now(), this.#timeZone?.())
    const path = kind === 'longterm' ? LONG_TERM : dailyNotes(day)
    await this.#files().write(folderOf(namespace) + path, `[${time}] ${text}\n`)
    return { kind, path }
  }

  async #append(path: string, line: string, header: string): Promise<void> {
    const files = this.#files()
    const stat = await files.stat(path)
    if (stat === null) {
      try {
        await files.write(path, header + line, { ifVersion: null })
        return
      } catch (error) {
        // Another turn began the same file.
        if (!(error instanceof FileError && error.code === 'EEXIST')) throw error
      }
    }
    const last = stat && stat.size > 0 ? await files.read(path, stat.size - 1, 1) : undefined
    await files.append(path, last === undefined || last[0] === 0x0a ? line : `\n${line}`)
  }

  async #memoryFiles(namespace: string): Promise<FileStat[]> {
    const files = this.#files()
    const folder = folderOf(namespace)
    const found: FileStat[] = []
    try {
      for await (const entry of files.list(`${folder}memory`, { recursive: true })) {
        if (entry.kind === 'file' && entry.path.endsWith('.md')) found.push(entry)
      }
    } catch (error) {
      if (!(error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error
    }
    found.reverse()
    const longTerm = await files.stat(folder + LONG_TERM)
    if (longTerm?.kind === 'file') found.unshift(longTerm)
    return found.filter((file) => file.size <= MAX_FILE_BYTES)
  }

  async #blocks(file: FileStat): Promise<Searchable[]> {
    const known = this.#parsed.get(file.path)
    if (known?.version === file.version) return known.blocks
    const text = new TextDecoder().decode(await this.#files().read(file.path, 0, MAX_FILE_BYTES))
    const blocks = blocksOf(text).map((block) => ({
      ...block,
      foldedText: folded(block.text),
      foldedHeading: folded(block.heading),
    }))
    if (this.#parsed.size >= MAX_CACHED) this.#parsed.clear()
    this.#parsed.set(file.path, { version: file.version, blocks })
    return blocks
  }
}
