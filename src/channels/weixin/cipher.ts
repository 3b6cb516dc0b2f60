/** Files on the platform are AES-128-ECB with PKCS#7, a key for each file (channels.md section 7.12). */
import type { WeixinMedia } from './wire.ts'

const BLOCK = 16

export const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))

export const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The key as it goes out: base64 of its hex text. */
export const keyForOthers = (key: Uint8Array) => btoa(toHex(key))

/**
 * The key of a file that came in: in hex, or in base64 of its bytes or of their hex text. Null when the file is not
 * encrypted; throws for a key that is none.
 */
export function keyOf({ aes_key }: Pick<WeixinMedia, 'aes_key'>, hex = ''): Uint8Array | null {
  if (hex) return fromHex(hex)
  if (!aes_key) return null
  const bytes = Uint8Array.from(atob(aes_key), (character) => character.charCodeAt(0))
  return bytes.length === BLOCK ? bytes : fromHex(new TextDecoder().decode(bytes))
}

function fromHex(text: string): Uint8Array {
  if (!/^[0-9a-f]{32}$/i.test(text)) throw new Error('the key of the file is none')
  return Uint8Array.from({ length: BLOCK }, (_, i) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16))
}

export async function encrypt(bytes: Uint8Array, key: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const { ecb } = await import('@noble/ciphers/aes.js')
  return ecb(key).encrypt(bytes) as Uint8Array<ArrayBuffer>
}

export async function md5Hex(bytes: Uint8Array): Promise<string> {
  const { md5 } = await import('@noble/hashes/legacy.js')
  return toHex(md5(bytes))
}

/** Decrypts a file while it passes through; fails when it is not whole, or has another key. */
export async function decryption(key: Uint8Array): Promise<TransformStream<Uint8Array, Uint8Array>> {
  const { ecb } = await import('@noble/ciphers/aes.js')
  let rest = new Uint8Array(0)
  return new TransformStream({
    transform(chunk, controller) {
      const bytes = joined(rest, chunk)
      // The last block holds the padding, and which one is the last only the end tells.
      const ready = Math.max(0, Math.floor((bytes.length - 1) / BLOCK) * BLOCK)
      rest = bytes.slice(ready)
      if (ready > 0) controller.enqueue(ecb(key, { disablePadding: true }).decrypt(bytes.subarray(0, ready)))
    },
    flush(controller) {
      if (rest.length !== BLOCK) throw new Error('the file did not arrive whole')
      const last = ecb(key).decrypt(rest)
      if (last.length > 0) controller.enqueue(last)
    },
  })
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
