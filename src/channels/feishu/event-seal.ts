/**
 * How the platform seals what it sends over HTTP (channels.md section 13): AES-256-CBC under the SHA-256 of the encrypt
 * key, the IV in front, and a signature over time, nonce, key and the raw body.
 */
import { secretMatcher } from '../../http/index.ts'

/** How old a signed request may be, and how far ahead its clock, ms. */
export const FRESH_MS = 60 * 60 * 1000

/** The text an `encrypt` field contains. Throws when the key is another one or the text was changed. */
export async function openSealed(sealed: string, encryptKey: string): Promise<string> {
  const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(encryptKey))
  const key = await crypto.subtle.importKey('raw', digest, 'AES-CBC', false, ['decrypt'])
  const iv = bytes.subarray(0, 16)
  const plain = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, bytes.subarray(16))
  return new TextDecoder().decode(plain)
}

/** `X-Lark-Signature` of a body: hex SHA-256 of timestamp, nonce, encrypt key and body, one after the other. */
export async function signatureOf(timestamp: string, nonce: string, encryptKey: string, body: string): Promise<string> {
  const text = new TextEncoder().encode(timestamp + nonce + encryptKey + body)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** `unsigned` has no signature at all, as the handshake of a new address may. */
export type SignatureCheck = 'good' | 'unsigned' | 'stale' | 'wrong'

/** Checks the signature headers of a request over its raw body, in constant time. */
export async function checkSignature(
  headers: Headers,
  body: string,
  encryptKey: string,
  now: number,
): Promise<SignatureCheck> {
  const signature = headers.get('x-lark-signature')
  if (signature === null) return 'unsigned'
  const timestamp = headers.get('x-lark-request-timestamp') ?? ''
  const expected = await signatureOf(timestamp, headers.get('x-lark-request-nonce') ?? '', encryptKey, body)
  if (!secretMatcher(expected)(signature)) return 'wrong'
  return Math.abs(now - Number(timestamp) * 1000) <= FRESH_MS ? 'good' : 'stale'
}
