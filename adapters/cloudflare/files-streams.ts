/** Streams on the way into and out of the contents. */

/** A stream cut into steps of exactly `size` bytes, the last one shorter; an empty one is the end. */
export class Steps {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #size: number
  #rest: Uint8Array = new Uint8Array(0)

  constructor(stream: ReadableStream<Uint8Array>, size: number) {
    this.#reader = stream.getReader()
    this.#size = size
  }

  async next(): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let have = 0
    while (have < this.#size) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#reader.read()
        if (done) break
        this.#rest = value
      }
      const part = this.#rest.subarray(0, this.#size - have)
      this.#rest = this.#rest.subarray(part.length)
      parts.push(part)
      have += part.length
    }
    const step = new Uint8Array(have)
    let at = 0
    for (const part of parts) {
      step.set(part, at)
      at += part.length
    }
    return step
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#reader.cancel(reason).catch(() => undefined)
  }
}

/** R2's own stream, without a detour through JavaScript, with a known length for responses. */
export function passed(body: ReadableStream, length: number, done: () => void): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(length)
  body.pipeTo(writable).then(done, done)
  return readable
}
