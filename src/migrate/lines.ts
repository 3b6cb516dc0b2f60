/** A stream of bytes as lines, in bounded memory: a line over the limit is passed over, not collected. */

export interface Line {
  /** Null: the line is longer than the limit. */
  text: string | null
  /** Bytes without the line end. */
  size: number
  /** False for a last line that nothing ended: its writer may have been cut off. */
  ended: boolean
}

const LF = 10

/** Yields every line that is not empty. `seen` gets each chunk as it passes, for a checksum. */
export async function* readLines(
  stream: ReadableStream<Uint8Array>,
  limit: number,
  seen: (chunk: Uint8Array) => void,
): AsyncGenerator<Line> {
  let held: Uint8Array[] = []
  let size = 0
  const take = (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size > limit) held = []
    else held.push(chunk)
  }
  const line = (ended: boolean): Line => {
    const made = { text: size > limit ? null : decoded(held, size), size, ended }
    held = []
    size = 0
    return made
  }
  for await (const chunk of stream) {
    seen(chunk)
    let from = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, end))
      from = end + 1
      if (size > 0) yield line(true)
    }
    if (from < chunk.byteLength) take(chunk.subarray(from))
  }
  if (size > 0) yield line(false)
}

const utf8 = new TextDecoder()

function decoded(parts: readonly Uint8Array[], size: number): string {
  if (parts.length === 1) return utf8.decode(parts[0])
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return utf8.decode(whole)
}
