/** Keeps the beginning and the end of an output of any length in bounded memory, and counts what lies between. */
export class OutputWindow {
  readonly #headLimit: number
  readonly #tailLimit: number
  #head = new Uint8Array(0)
  #tail: Uint8Array[] = []
  #tailSize = 0
  #total = 0

  /** Both limits in bytes. */
  constructor(headLimit: number, tailLimit: number) {
    this.#headLimit = headLimit
    this.#tailLimit = tailLimit
  }

  /** Bytes seen so far. */
  get total(): number {
    return this.#total
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.byteLength
    const room = this.#headLimit - this.#head.byteLength
    if (room > 0) this.#head = join([this.#head, chunk.subarray(0, room)])
    const rest = chunk.subarray(Math.max(0, room)).slice(-this.#tailLimit)
    if (rest.byteLength === 0) return
    this.#tail.push(rest)
    this.#tailSize += rest.byteLength
    if (this.#tailSize > 2 * this.#tailLimit) this.#compact()
  }

  /** The text, UTF-8 decoded and never cut inside a character; what is left out is counted in a line of its own. */
  text(): string {
    this.#compact()
    const tail = this.#tail[0] ?? new Uint8Array(0)
    const decoder = new TextDecoder()
    if (this.#total <= this.#head.byteLength + tail.byteLength) return decoder.decode(join([this.#head, tail]))
    const head = this.#head.subarray(0, lastBoundary(this.#head))
    const end = tail.subarray(firstBoundary(tail))
    const missing = this.#total - head.byteLength - end.byteLength
    return `${decoder.decode(head)}\n... (truncated, ${missing} more chars)\n${decoder.decode(end)}`
  }

  #compact(): void {
    const all = join(this.#tail).slice(-this.#tailLimit)
    this.#tail = all.byteLength > 0 ? [all] : []
    this.#tailSize = all.byteLength
  }
}

/** Where the last character of a cut text starts if it is incomplete, else the text's end. */
export function lastBoundary(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(4, bytes.byteLength); back++) {
    const byte = bytes[bytes.byteLength - back]!
    if ((byte & 0xc0) === 0x80) continue
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.byteLength - back : bytes.byteLength
  }
  return bytes.byteLength
}

/** Where the first whole character starts. */
export function firstBoundary(bytes: Uint8Array): number {
  let start = 0
  while (start < Math.min(3, bytes.byteLength) && (bytes[start]! & 0xc0) === 0x80) start++
  return start
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.byteLength
  }
  return whole
}
