/** The newest bytes of an endless output, addressed by their position since its beginning. */
import { firstBoundary, lastBoundary } from './output-window.ts'

export interface Slice {
  text: string
  /** Where `text` really begins: later than asked when older bytes were dropped. */
  offset: number
  /** Where to read on. */
  next: number
}

export class RingBuffer {
  readonly #bytes: Uint8Array
  #end = 0

  /** `capacity` in bytes. */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
  }

  /** Bytes written since the beginning. */
  get end(): number {
    return this.#end
  }

  /** The oldest position still held. */
  get start(): number {
    return Math.max(0, this.#end - this.#bytes.byteLength)
  }

  push(chunk: Uint8Array): void {
    const capacity = this.#bytes.byteLength
    const kept = chunk.subarray(Math.max(0, chunk.byteLength - capacity))
    const at = (this.#end + chunk.byteLength - kept.byteLength) % capacity
    const first = kept.subarray(0, capacity - at)
    this.#bytes.set(first, at)
    this.#bytes.set(kept.subarray(first.byteLength), 0)
    this.#end += chunk.byteLength
  }

  /** The bytes from `offset` (clipped to what is held), at most `limit` of them. */
  bytes(offset: number, limit = Number.POSITIVE_INFINITY): { bytes: Uint8Array; offset: number } {
    const from = Math.min(Math.max(offset, this.start), this.#end)
    const to = Math.min(this.#end, from + limit)
    const whole = new Uint8Array(to - from)
    const at = from % this.#bytes.byteLength
    const first = this.#bytes.subarray(at, Math.min(at + whole.byteLength, this.#bytes.byteLength))
    whole.set(first, 0)
    whole.set(this.#bytes.subarray(0, whole.byteLength - first.byteLength), first.byteLength)
    return { bytes: whole, offset: from }
  }

  /** The text from `offset`; `limit` bytes, less what would cut a character in two. */
  slice(offset: number, limit = Number.POSITIVE_INFINITY): Slice {
    const { bytes, offset: from } = this.bytes(offset, limit)
    const begin = from > 0 && from === this.start ? firstBoundary(bytes) : 0
    const end = lastBoundary(bytes)
    // A limit smaller than one character must still make progress.
    const stop = end > begin ? end : bytes.byteLength
    return { text: new TextDecoder().decode(bytes.subarray(begin, stop)), offset: from + begin, next: from + stop }
  }
}
