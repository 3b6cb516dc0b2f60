/**
 * Bytes of files under a limit: counted once, when first needed, then kept up to date by what is written. Around the
 * `files` port, so that every room is held to it.
 */
import { isLeftOut } from '../backup/index.ts'
import { FileError, type Files } from '../files/index.ts'

export interface QuotaDeps {
  /** The folders that count, each of them once. */
  roots(): readonly Files[]
  /** False while there is no limit: then nothing is counted and nothing is refused. */
  enabled(): boolean
  /** Throws when the files may not take `used` bytes. */
  admit(used: number): void
  now(): number
}

/** What other programs write (a shell, an MCP server) is seen after this long. */
const RECOUNT_MS = 10 * 60_000

export class FileQuota {
  readonly #deps: QuotaDeps
  #used: number | null = null
  /** Bytes on their way: they count against the limit before they are there. */
  #coming = 0
  #countedAt = 0
  #counting: Promise<number> | undefined

  constructor(deps: QuotaDeps) {
    this.#deps = deps
  }

  /** Bytes of all files now. */
  async used(): Promise<number> {
    if (this.#used !== null && this.#deps.now() - this.#countedAt < RECOUNT_MS) return this.#used
    this.#counting ??= this.#count().finally(() => {
      this.#counting = undefined
    })
    return this.#counting
  }

  /**
   * A view of `files` that refuses what goes over the limit. Only paths that `counts` accepts are refused; the others (the
   * config, credentials) must always be writable, and are counted.
   */
  around(files: Files, counts: (path: string) => boolean): Files {
    const sizeOf = async (path: string) => (await files.stat(path))?.size ?? 0
    /** Writes `added` more bytes where there is room for them beside all that is on its way, or refuses. */
    const within = async <Stat>(path: string, added: number, write: () => Promise<Stat>): Promise<Stat> => {
      if (added <= 0 || !counts(path)) return write()
      const used = await this.used()
      this.#deps.admit((this.#used ?? used) + this.#coming + added)
      this.#coming += added
      try {
        return await write()
      } finally {
        this.#coming -= added
      }
    }
    /** The same for a stream, whose size shows as it comes. */
    const streaming = async <Stat>(
      content: ReadableStream<Uint8Array>,
      old: number,
      write: (watched: ReadableStream<Uint8Array>) => Promise<Stat>,
    ): Promise<Stat> => {
      const used = await this.used()
      let mine = 0
      const admit = (size: number) => {
        const more = size - old - mine
        if (more <= 0) return
        this.#deps.admit((this.#used ?? used) + this.#coming + more)
        this.#coming += more
        mine += more
      }
      try {
        return await write(watched(content, admit))
      } finally {
        this.#coming -= mine
      }
    }
    return {
      root: files.root,
      stat: (path) => files.stat(path),
      read: (path, offset, length) => files.read(path, offset, length),
      stream: (path, offset, length) => files.stream(path, offset, length),
      list: (path, options) => files.list(path, options),
      mkdir: (path) => files.mkdir(path),
      ...(files.bytes ? { bytes: () => files.bytes!() } : {}),
      write: async (path, data, options) => {
        if (!this.#deps.enabled()) return files.write(path, data, options)
        const old = await sizeOf(path)
        const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
        if (!(bytes instanceof Uint8Array)) {
          const write = async (content: ReadableStream<Uint8Array>) =>
            this.#changed(await files.write(path, content, options), old)
          return counts(path) ? streaming(bytes, old, write) : write(bytes)
        }
        return within(path, bytes.length - old, async () => this.#changed(await files.write(path, bytes, options), old))
      },
      append: async (path, data) => {
        if (!this.#deps.enabled()) return files.append(path, data)
        const old = await sizeOf(path)
        const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data
        return within(path, bytes.length, async () => this.#changed(await files.append(path, bytes), old))
      },
      rename: async (from, to) => {
        const replaced = this.#used === null ? 0 : await sizeOf(to)
        await files.rename(from, to)
        this.#add(-replaced)
      },
      remove: async (path, options) => {
        const gone = this.#used === null ? 0 : await treeSize(files, path)
        await files.remove(path, options)
        this.#add(-gone)
      },
    }
  }

  #changed<Stat extends { size: number }>(stat: Stat, old: number): Stat {
    this.#add(stat.size - old)
    return stat
  }

  #add(bytes: number): void {
    if (this.#used !== null) this.#used = Math.max(0, this.#used + bytes)
  }

  async #count(): Promise<number> {
    let used = 0
    for (const files of this.#deps.roots()) used += files.bytes ? await files.bytes() : await treeSize(files, '')
    this.#used = used
    this.#countedAt = this.#deps.now()
    return used
  }
}

/** Bytes of a file, or of all files below a folder; 0 when it is not there. */
async function treeSize(files: Files, path: string): Promise<number> {
  const stat = await files.stat(path)
  if (stat?.kind !== 'dir') return stat?.size ?? 0
  let size = 0
  try {
    for await (const entry of files.list(path, { recursive: true })) if (!isOfTheProcess(entry.path)) size += entry.size
  } catch (error) {
    if (!(error instanceof FileError)) throw error // a folder that went away meanwhile
  }
  return size
}

/** The database and what belongs to the running process: a limit of its own, or none. */
const isOfTheProcess = (path: string) => path !== 'backups' && isLeftOut(path, { logs: true, logFolder: '' })

/** The same bytes; `admit` sees how many there are so far, and fails the stream by throwing. */
function watched(content: ReadableStream<Uint8Array>, admit: (size: number) => void): ReadableStream<Uint8Array> {
  const reader = content.getReader()
  let size = 0
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        size += value.length
        try {
          admit(size)
        } catch (error) {
          await reader.cancel(error).catch(() => undefined)
          throw error
        }
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
