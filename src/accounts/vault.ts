/**
 * Credential files at rest: compact JWE under `CLAWGO_AUTH_KEY`, plain JSON without it. The header, which is authenticated,
 * names the file, so that one cannot be put in the place of another. jose is loaded when first needed.
 */
import { GatewayError } from '../errors.ts'

/** Turns a credential's text into what the disk holds, and back. */
export interface Vault {
  /** New files are encrypted. */
  readonly encrypts: boolean
  seal(path: string, text: string): Promise<string>
  /** The text, and whether it lay there as this vault would write it now. Throws when no key opens it. */
  open(path: string, stored: string): Promise<{ text: string; current: boolean }>
}

const VARIABLE = 'CLAWGO_AUTH_KEY'
const ALGORITHM = { alg: 'dir', enc: 'A256GCM' } as const

/**
 * The vault for the value of `CLAWGO_AUTH_KEY`: 32 bytes in base64 or hex. Further keys after commas only read: to change the
 * key, put the new one in front. A value that is no key is a `GatewayError` that says so.
 */
export function openVault(setting: string | undefined): Vault {
  const keys = (setting ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(keyOf)
  return {
    encrypts: keys.length > 0,
    async seal(path, text) {
      const [key] = keys
      if (!key) return text
      const { CompactEncrypt } = await import('jose')
      return new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ ...ALGORITHM, kid: await idOf(key), path })
        .encrypt(key)
    },
    async open(path, stored) {
      const text = stored.trim()
      if (!/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return { text: stored, current: keys.length === 0 }
      if (keys.length === 0) throw new Error(`${path} is encrypted: set ${VARIABLE}`)
      const { compactDecrypt } = await import('jose')
      for (const [i, key] of keys.entries()) {
        const opened = await compactDecrypt(text, key, {
          keyManagementAlgorithms: [ALGORITHM.alg],
          contentEncryptionAlgorithms: [ALGORITHM.enc],
        }).catch(() => null)
        if (!opened) continue
        if (opened.protectedHeader.path !== path) throw new Error(`${path} was moved here from another credential file`)
        return { text: new TextDecoder().decode(opened.plaintext), current: i === 0 }
      }
      throw new Error(`${path} is encrypted with another ${VARIABLE}`)
    },
  }
}

function keyOf(text: string): Uint8Array {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? fromHex(text) : fromBase64(text)
  if (bytes?.byteLength === 32) return bytes
  throw new GatewayError(
    500,
    'invalid_environment',
    `${VARIABLE} must be 32 bytes in base64 or hex, as \`openssl rand -base64 32\` prints them`,
  )
}

const fromHex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

function fromBase64(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  } catch {
    return null
  }
}

/** Names a key without telling it. */
async function idOf(key: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(key)))
  return Array.from(digest.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
