/** The config of a new home, and its token. */
import { toDocument } from './decode.ts'
import { type Document, isRecord, setAt, valueAt } from './document.ts'

/** A random token: `cg_` and 32 hex digits. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `cg_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** The token a document has; an empty one counts, it switches the check off. */
export function tokenOf(document: Document): string | undefined {
  const token = valueAt(document, ['gateway', 'token'])
  return typeof token === 'string' ? token : undefined
}

/** The first config: `initial`, else empty, on loopback unless it says otherwise, with `token` or a random one. */
export function newHome(initial: unknown, token: string | undefined): Document {
  const document = toDocument(structuredClone(initial ?? {}))
  if (document.gateway !== undefined && !isRecord(document.gateway)) return document
  if (valueAt(document, ['gateway', 'host']) === undefined) setAt(document, ['gateway', 'host'], '127.0.0.1')
  if (token !== undefined) setAt(document, ['gateway', 'token'], token)
  else if (tokenOf(document) === undefined) setAt(document, ['gateway', 'token'], newToken())
  return document
}
