/** Request bodies, read under a limit that counts what arrives. */
import { badRequest, GatewayError, tooLarge } from '../errors.ts'

/** Bytes of a JSON body where the route names no limit. */
export const DEFAULT_BODY_LIMIT = 1024 * 1024

const bodyTooLarge = () => tooLarge('request body too large')

/** The declared length; undefined when there is none. A declared length over the limit is refused before a byte is read. */
function declaredLength(request: Request, limit: number): number | undefined {
  const header = request.headers.get('content-length')
  if (header === null) return undefined
  const length = Number(header)
  if (length > limit) throw bodyTooLarge()
  return Number.isInteger(length) && length >= 0 ? length : undefined
}

/** The body as a stream that ends with an error (413) at `limit` bytes; null when there is no body. */
export function limitedBody(request: Request, limit: number): ReadableStream<Uint8Array> | null {
  const read = limitedReader(request, limit)
  if (!read) return null
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await read()
      if (chunk === null) controller.close()
      else controller.enqueue(chunk)
    },
  })
}

/**
 * Gives chunk by chunk, null at the end. Over the limit it only stops: cancelling would cut the connection on Node
 * before the answer is out; the adapters drop what is left.
 */
function limitedReader(request: Request, limit: number): (() => Promise<Uint8Array | null>) | null {
  declaredLength(request, limit)
  const reader = (request.body as ReadableStream<Uint8Array> | null)?.getReader()
  if (!reader) return null
  let size = 0
  return async () => {
    const { done, value } = await reader.read().catch(brokenOff)
    if (done) return null
    size += value.byteLength
    if (size > limit) {
      reader.releaseLock()
      throw bodyTooLarge()
    }
    return value
  }
}

/** The whole body; 413 over `limit` bytes, 400 when the client broke off. */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const read = limitedReader(request, limit)
  const chunks: Uint8Array[] = []
  for (let chunk = await read?.(); chunk; chunk = await read?.()) chunks.push(chunk)
  if (chunks.length === 1) return chunks[0]!
  const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** The whole body as UTF-8 text; broken sequences become U+FFFD. Errors as `readBytes`. */
export async function readText(request: Request, limit: number): Promise<string> {
  // HTTP framing holds a sender to the length it declared: the runtime's own fast reader is safe then.
  const length = declaredLength(request, limit)
  if (length === 0) return ''
  if (length === undefined) return new TextDecoder().decode(await readBytes(request, limit))
  const body = await request.text().catch(brokenOff)
  if (body.length > limit) throw bodyTooLarge()
  return body
}

function brokenOff(cause: unknown): never {
  if (cause instanceof GatewayError) throw cause
  throw badRequest('request body could not be read', { cause })
}
