/** The file that goes with a message: from the workspace, or from the public web. */
import type { OutgoingFile } from '../channels/index.ts'
import { GatewayError, messageOf } from '../errors.ts'
import { FileError, type Files } from '../files/index.ts'
import type { Platform } from '../platform.ts'
import { follow } from '../tools/web/index.ts'

/** Bytes of a file that goes out with a message. */
export const MAX_OUTGOING_BYTES = 20 * 1024 * 1024

export interface MediaDeps {
  workspace(): Files
  publicFetch: Platform['publicFetch']
  /** `tools.web.allow_private_hosts`. */
  allow(): readonly string[]
}

/** A file that cannot go out. `final`: nor will it later. */
export class NoFile extends Error {
  readonly final: boolean

  constructor(message: string, final: boolean, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'NoFile'
    this.final = final
  }
}

/** Reads what `media` names: an http(s) URL, or a path in the workspace, which it cannot leave. Throws `NoFile`. */
export async function outgoingFile(media: string, deps: MediaDeps, signal: AbortSignal): Promise<OutgoingFile> {
  const { name, bytes, type } = /^https?:\/\//i.test(media)
    ? await fromWeb(media, deps, signal)
    : await fromWorkspace(media, deps.workspace())
  const { fileTypeFromBuffer } = await import('file-type')
  const mime = (await fileTypeFromBuffer(bytes))?.mime ?? (type || 'application/octet-stream')
  return { name, mime, bytes }
}

async function fromWorkspace(path: string, files: Files): Promise<{ name: string; bytes: Uint8Array; type: string }> {
  try {
    const stat = await files.stat(path)
    if (stat?.kind !== 'file') throw new NoFile(`there is no file '${path}' in the workspace`, true)
    if (stat.size > MAX_OUTGOING_BYTES) throw tooLarge(path)
    const bytes = await files.read(stat.path)
    return { name: nameOf(stat.path), bytes, type: '' }
  } catch (cause) {
    if (cause instanceof FileError) throw new NoFile(cause.message, true, { cause })
    throw cause
  }
}

async function fromWeb(
  media: string,
  { publicFetch, allow }: MediaDeps,
  signal: AbortSignal,
): Promise<{ name: string; bytes: Uint8Array; type: string }> {
  const start = URL.parse(media)
  if (!start) throw new NoFile('the address of the file is not a URL', true)
  let answer: Awaited<ReturnType<typeof follow>>
  try {
    answer = await follow(start, { publicFetch, allow: allow(), headers: { accept: '*/*' }, signal })
  } catch (cause) {
    // An address that is refused, a loop of redirects: facts. Anything else is the network.
    const refused = cause instanceof GatewayError
    throw new NoFile(`the file at ${start.host} could not be fetched: ${messageOf(cause)}`, refused, { cause })
  }
  const { response, url } = answer
  if (!response.ok) {
    await response.body?.cancel()
    const final = response.status >= 400 && response.status < 500 && response.status !== 429 && response.status !== 408
    throw new NoFile(`the file could not be fetched: ${url.host} answered ${response.status}`, final)
  }
  const bytes = await readAll(response, media)
  return {
    name: nameOf(decoded(url.pathname)),
    bytes,
    type: (response.headers.get('content-type') ?? '').split(';')[0]!.trim(),
  }
}

/** Counted as it comes: a declared length may lie. */
async function readAll(response: Response, media: string): Promise<Uint8Array> {
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined
  const chunks: Uint8Array[] = []
  let size = 0
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > MAX_OUTGOING_BYTES) {
      reader.cancel().catch(() => {})
      throw tooLarge(URL.parse(media)?.host ?? 'the web')
    }
    chunks.push(value)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

const tooLarge = (what: string) =>
  new NoFile(`the file is too large to be sent (${what}): at most ${MAX_OUTGOING_BYTES / 1024 ** 2} MB`, true)

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The last part of a path, safe to be shown and sent on. */
function nameOf(path: string): string {
  const name = path
    .split(/[/\\]/)
    .at(-1)!
    .replace(/[\u0000-\u001f"<>|:*?]+/g, '_')
    .slice(-120)
  return name || 'file'
}
