/** Reads a byte stream in pieces of a size one asks for. */

/** Over one stream; `close()` lets go of what was not read. `onBytes` is told how much arrived, and may throw. */
export class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #onBytes: (count: number) => void
  #rest = new Uint8Array(0)

  constructor(stream: ReadableStream<Uint8Array>, onBytes: (count: number) => void) {
    this.#reader = stream.getReader()
    this.#onBytes = onBytes
  }

  /** The next `size` bytes; fewer at the end of the stream. */
  async read(size: number): Promise<Uint8Array> {
    const piece = new Uint8Array(size)
    const filled = await this.#take(size, (chunk, at) => piece.set(chunk, at))
    return filled === size ? piece : piece.subarray(0, filled)
  }

  /** Passes over `size` bytes; returns how many there were. */
  skip(size: number): Promise<number> {
    return this.#take(size, () => {})
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {})
  }

  async #take(size: number, use: (chunk: Uint8Array, at: number) => void): Promise<number> {
    let taken = 0
    while (taken < size) {
      if (this.#rest.byteLength === 0) {
        const { done, value } = await this.#reader.read()
        if (done) break
        this.#onBytes(value.byteLength)
        this.#rest = value as Uint8Array<ArrayBuffer>
        continue
      }
      const chunk = this.#rest.subarray(0, size - taken)
      use(chunk, taken)
      taken += chunk.byteLength
      this.#rest = this.#rest.subarray(chunk.byteLength)
    }
    return taken
  }
}
