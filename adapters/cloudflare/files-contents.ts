/** The bytes of the edge's files: chunks in SQLite, large contents in R2, and who still reads or writes them. */
import { FileError } from '../../src/files/index.ts'
import type { Database } from '../../src/platform.ts'
import { appendChunks, insertChunks, readWindow } from './files-chunks.ts'
import { passed, Steps } from './files-streams.ts'
import type { Content } from './files-tables.ts'
import { chunkWriter, partWriter } from './files-writers.ts'

/** Larger contents go to R2, in parts of this size. */
export const SPILL_BYTES = 8 * 1024 * 1024
/** Without R2 a stream is written through in steps of this size. */
const STEP_BYTES = 1024 * 1024

export class Contents {
  readonly #db: Database
  readonly #bucket: R2Bucket | undefined
  readonly #prefix: string
  /** Contents in use: being written by this instance, or read by so many. Their trash waits. */
  readonly #busy = new Map<number, number>()

  constructor(db: Database, bucket: R2Bucket | undefined, prefix: string) {
    this.#db = db
    this.#bucket = bucket
    this.#prefix = prefix
    // Nothing is busy in a new instance, so all trash without an R2 object can go at once.
    db.transaction(() => {
      db.query('DELETE FROM file_chunk WHERE blob IN (SELECT blob FROM file_trash)')
      db.query('DELETE FROM file_trash WHERE r2 IS NULL')
    })
  }

  /** Stores bytes at hand as a new content, in the caller's transaction. */
  store(bytes: Uint8Array): Content {
    const blob = freshBlob()
    insertChunks(this.#db, blob, 0, bytes)
    return { blob, size: bytes.length, r2: null, r2size: 0 }
  }

  /** True when bytes of this size belong into R2. */
  spills(size: number): boolean {
    return this.#bucket !== undefined && size > SPILL_BYTES
  }

  /**
   * Stores a stream as a new content, then `name` gives it a name in the transaction that takes it out of the trash.
   * When the stream or `name` fails, or the object dies, the trash still lists it.
   */
  async storeStream<T>(stream: ReadableStream<Uint8Array>, name: (content: Content) => T): Promise<T> {
    const limit = this.#bucket ? SPILL_BYTES : STEP_BYTES
    const source = new Steps(stream, limit)
    try {
      const first = await source.next()
      const second = first.length < limit ? undefined : await source.next()
      if (!second?.length) return this.#db.transaction(() => name(this.store(first)))
      return await this.#storeSteps(first, second, source, name)
    } catch (error) {
      await source.cancel(error)
      throw error
    }
  }

  /** Adds bytes to a content, in the caller's transaction. */
  append({ blob, size, r2, r2size }: Content, bytes: Uint8Array): Content {
    appendChunks(this.#db, blob, size, bytes)
    return { blob, size: size + bytes.length, r2, r2size }
  }

  /** Lets go of a content that no row points at any more, in the caller's transaction. */
  drop(content: Content): void {
    const { blob, r2 } = content
    if (r2 !== null || this.#busy.has(blob)) {
      this.#db.query('INSERT OR REPLACE INTO file_trash (blob, r2) VALUES (?, ?)', blob, r2)
    } else {
      this.#db.query('DELETE FROM file_chunk WHERE blob = ?', blob)
    }
  }

  /** Reads a range that lies inside the content. */
  async read(content: Content, offset: number, end: number, path: string): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, end - offset))
    // A content in SQLite is read without a wait, so nothing can take it away meanwhile.
    const release = content.r2 === null ? undefined : this.#hold(content.blob)
    try {
      let at = offset
      if (at < Math.min(end, content.r2size)) {
        const object = await this.#getR2(content, at, Math.min(end, content.r2size), path)
        const part = new Uint8Array(await object.arrayBuffer())
        bytes.set(part)
        at += part.length
      }
      for (; at < end; ) {
        const part = readWindow(this.#db, content.blob, at, end, path)
        bytes.set(part, at - offset)
        at += part.length
      }
      return bytes
    } finally {
      release?.()
    }
  }

  /** Streams a range that lies inside the content, which stays until the reader is done with it. */
  async stream(content: Content, offset: number, end: number, path: string): Promise<ReadableStream<Uint8Array>> {
    const release = this.#hold(content.blob)
    let inR2: ReadableStreamDefaultReader<Uint8Array> | undefined
    try {
      if (offset < Math.min(end, content.r2size)) {
        const object = await this.#getR2(content, offset, Math.min(end, content.r2size), path)
        if (end <= content.r2size) return passed(object.body, end - offset, release)
        inR2 = object.body.getReader()
      }
    } catch (error) {
      release()
      throw error
    }
    let at = offset
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const part = at < content.r2size ? await inR2?.read() : undefined
            if (part?.done) throw new FileError('EIO', path, 'the stored content is cut off')
            const bytes = part?.value ?? (at < end ? readWindow(this.#db, content.blob, at, end, path) : undefined)
            at += bytes?.length ?? 0
            if (bytes) controller.enqueue(bytes)
            if (at < end) return
            release()
            controller.close()
          } catch (error) {
            release()
            throw error
          }
        },
        cancel: async (reason) => {
          release()
          await inR2?.cancel(reason)
        },
      },
      { highWaterMark: 0 },
    )
  }

  /** True while something waits to be deleted. */
  hasTrash(): boolean {
    return this.#db.query('SELECT 1 FROM file_trash LIMIT 1').length > 0
  }

  /** Deletes what is in the trash and not in use. What R2 refuses to delete stays for the next time. */
  async sweep(): Promise<void> {
    const trash = this.#db.query<{ blob: number; r2: string | null }>('SELECT blob, r2 FROM file_trash')
    for (const { blob, r2 } of trash) {
      if (this.#busy.has(blob)) continue
      if (r2 !== null) await this.#bucket?.delete(r2)
      // Without the bucket that holds it, the key is kept until the bucket is bound again.
      if (r2 === null || this.#bucket) this.#forget(blob)
    }
  }

  async #storeSteps<T>(
    first: Uint8Array,
    second: Uint8Array,
    source: Steps,
    name: (content: Content) => T,
  ): Promise<T> {
    const blob = freshBlob()
    const r2 = this.#bucket ? `${this.#prefix}${blob.toString(36)}` : null
    const release = this.#hold(blob)
    this.#db.query('INSERT INTO file_trash (blob, r2) VALUES (?, ?)', blob, r2)
    try {
      const write =
        r2 === null ? chunkWriter(this.#db, blob, () => this.#forget(blob)) : await partWriter(this.#bucket!, r2)
      try {
        let size = 0
        for (let step = first; step.length > 0; step = step === first ? second : await source.next()) {
          await write.step(step)
          size += step.length
        }
        await write.end()
        return this.#db.transaction(() => {
          this.#db.query('DELETE FROM file_trash WHERE blob = ?', blob)
          return name({ blob, size, r2, r2size: r2 === null ? 0 : size })
        })
      } catch (error) {
        await write.abort()
        throw error
      }
    } finally {
      release()
    }
  }

  async #getR2(content: Content, offset: number, end: number, path: string): Promise<R2ObjectBody> {
    if (!this.#bucket) throw new FileError('EIO', path, 'the content is in an R2 bucket that is not bound')
    const object = await this.#bucket.get(content.r2!, { range: { offset, length: end - offset } })
    if (!object) throw new FileError('EIO', path, 'the content is missing in the R2 bucket')
    return object
  }

  /** Marks a content as in use; the returned function, called once or more, gives it back. */
  #hold(blob: number): () => void {
    this.#busy.set(blob, (this.#busy.get(blob) ?? 0) + 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      const left = this.#busy.get(blob)! - 1
      if (left > 0) this.#busy.set(blob, left)
      else this.#busy.delete(blob)
      const [dropped] = this.#db.query<{ r2: string | null }>('SELECT r2 FROM file_trash WHERE blob = ?', blob)
      if (left === 0 && dropped?.r2 === null) this.#forget(blob)
    }
  }

  #forget(blob: number): void {
    this.#db.transaction(() => {
      this.#db.query('DELETE FROM file_chunk WHERE blob = ?', blob)
      this.#db.query('DELETE FROM file_trash WHERE blob = ?', blob)
    })
  }
}

/** A name for a content that was never used before and never will be: 52 random bits. */
function freshBlob(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2))
  return (high! % 2 ** 20) * 2 ** 32 + low!
}
