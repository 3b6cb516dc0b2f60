/** The staging area of an import: the manifest and the chunks that came so far, by their checksums. */
import * as z from 'zod'
import { badRequest, GatewayError } from '../errors.ts'
import { FileError, type Files } from '../files/index.ts'
import { chunksOf, type Manifest, manifestSchema, sha256Of } from './format.ts'

const MANIFEST = 'manifest.json'
const CHUNKS = 'chunks'
const PLACED = 'new'

/** An import that is under way. */
export interface Begun {
  manifest: Manifest
  /** What is here may be replaced. */
  replace: boolean
}

const begunSchema = z.object({ manifest: manifestSchema, replace: z.boolean() })

export class Staging {
  readonly #files: Files
  /** The chunks of the import that is under way, with their sizes, once somebody had to know. */
  #wanted: Promise<ReadonlyMap<string, number> | null> | undefined

  /** `files` is the staging folder itself. */
  constructor(files: Files) {
    this.#files = files
  }

  /** The import that is under way; null when none is. */
  async begun(): Promise<Begun | null> {
    try {
      return begunSchema.parse(JSON.parse(new TextDecoder().decode(await this.#files.read(MANIFEST))))
    } catch (error) {
      if (error instanceof FileError && error.code === 'ENOENT') return null
      throw error
    }
  }

  /** Begins with a manifest, or goes on with it: chunks that it names and that are here stay, others go. */
  async begin({ manifest, replace }: Begun): Promise<void> {
    const wanted = chunksOf(manifest)
    this.#wanted = Promise.resolve(wanted)
    for (const sha256 of await this.#here()) if (!wanted.has(sha256)) await this.#files.remove(place(sha256))
    await this.#clear(PLACED)
    await this.#files.write(MANIFEST, JSON.stringify({ manifest, replace }))
  }

  /** Checksums of the chunks that are still to come. */
  async missing(manifest: Manifest): Promise<string[]> {
    const here = new Set(await this.#here())
    return [...chunksOf(manifest).keys()].filter((sha256) => !here.has(sha256))
  }

  /**
   * Keeps a chunk; the same one again changes nothing. 409 when no import is under way; 400 for a chunk that its manifest
   * does not name, in this size, and when the bytes are not what the checksum says.
   */
  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    const size = (await this.#expected()).get(sha256)
    if (size !== bytes.length) throw badRequest('the chunk belongs to no part of what was begun')
    if ((await sha256Of(bytes)) !== sha256) throw badRequest('the chunk is not what its checksum says: send it again')
    if ((await this.#files.stat(place(sha256)))?.size === bytes.length) return
    // A crash may take it: it is checked again before it is used, and asked for once more.
    await this.#files.write(place(sha256), bytes, { durable: false })
  }

  /** A chunk, checked again. */
  async chunk(sha256: string): Promise<Uint8Array> {
    const bytes = await this.#files.read(place(sha256))
    if ((await sha256Of(bytes)) === sha256) return bytes
    await this.#files.remove(place(sha256))
    throw new GatewayError(409, 'incomplete', 'a chunk was damaged after it came: begin again, it will be asked for')
  }

  /** Puts the content of the manifest's file number `n` together, ready to be moved into its place. */
  async assemble(n: number, chunks: ReadonlyArray<{ sha256: string }>): Promise<number> {
    const left = [...chunks]
    const content = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const next = left.shift()
          if (next) controller.enqueue(await this.chunk(next.sha256))
          else controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    return (await this.#files.write(`${PLACED}/${n}`, content)).size
  }

  /** The path, in the staging folder, of an assembled file that still waits; null when it was moved. */
  async assembled(n: number): Promise<string | null> {
    return (await this.#files.stat(`${PLACED}/${n}`)) ? `${PLACED}/${n}` : null
  }

  /** The text of an assembled file. */
  async text(n: number): Promise<string> {
    return new TextDecoder().decode(await this.#files.read(`${PLACED}/${n}`))
  }

  stream(path: string): Promise<ReadableStream<Uint8Array>> {
    return this.#files.stream(path)
  }

  read(path: string): Promise<Uint8Array> {
    return this.#files.read(path)
  }

  /** Forgets the import and everything that came for it. The manifest goes last: as long as it is there, the rest is found. */
  async clear(): Promise<void> {
    this.#wanted = undefined
    for (const name of [PLACED, CHUNKS, MANIFEST]) await this.#clear(name)
  }

  async #expected(): Promise<ReadonlyMap<string, number>> {
    this.#wanted ??= this.begun().then((begun) => begun && chunksOf(begun.manifest))
    const wanted = await this.#wanted.catch((error: unknown) => {
      this.#wanted = undefined
      throw error
    })
    if (wanted) return wanted
    this.#wanted = undefined
    throw nothingBegun()
  }

  async #here(): Promise<string[]> {
    const found: string[] = []
    try {
      for await (const { path, kind } of this.#files.list(CHUNKS, { recursive: true })) {
        if (kind === 'file') found.push(path.slice(path.lastIndexOf('/') + 1))
      }
    } catch (error) {
      if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
    }
    return found
  }

  async #clear(path: string): Promise<void> {
    try {
      await this.#files.remove(path, { recursive: true })
    } catch (error) {
      if (!(error instanceof FileError && error.code === 'ENOENT')) throw error
    }
  }
}

export const nothingBegun = () => new GatewayError(409, 'nothing_begun', 'no transfer has begun here')

const place = (sha256: string) => `${CHUNKS}/${sha256.slice(0, 2)}/${sha256}`
