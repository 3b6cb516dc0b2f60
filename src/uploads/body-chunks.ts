/** A request's body in chunks of a good size, whichever the runtime would give by itself. */

export interface BodyChunks {
  /** The next bytes, the caller's own; null at the end. */
  next(): Promise<Uint8Array | null>
  /** Lets go of the body, so that whoever answers can drop what is left of it. */
  release(): void
}

/** workerd gives 4 KiB at a time to who brings no buffer. */
const CHUNK_BYTES = 64 * 1024

/** Reads `body`, which nobody else reads. */
export function bodyChunks(body: ReadableStream<Uint8Array>): BodyChunks {
  const reader = readerWithBuffer(body)
  if (!reader) {
    const plain = body.getReader()
    return { next: async () => (await plain.read()).value ?? null, release: () => plain.releaseLock() }
  }
  return {
    async next() {
      const { done, value } = await reader.read(new Uint8Array(CHUNK_BYTES))
      if (done || !value) return null
      // Few bytes must not keep a large buffer: a client may send them one by one.
      return value.length < CHUNK_BYTES / 2 ? value.slice() : value
    },
    release: () => reader.releaseLock(),
  }
}

/** Null where the stream is none of bytes. */
function readerWithBuffer(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: 'byob' })
  } catch {
    return null
  }
}
