/**
 * Tokens of tenants: `cgt_<tenant>_<token id>_<secret>`. The tenant stands in the token, so that a request is led to its
 * home by nothing else; the secret has 256 random bits and is stored as its SHA-256 only.
 */
import { newSecret, secretMatcher, sha256Hex } from '../http/index.ts'

export interface ParsedToken {
  readonly tenant: string
  readonly id: string
  readonly secret: string
}

const FORM = /^cgt_([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)_([0-9a-f]{12})_([0-9a-f]{64})$/
/** Of no secret: what is compared with where there is no token, so that a stranger cannot tell by the time. */
const NO_HASH = '-'.repeat(64)

/** The parts of a token; null for what cannot be one. Asks nobody. */
export function parseToken(text: string): ParsedToken | null {
  const [, tenant, id, secret] = FORM.exec(text) ?? []
  return tenant && id && secret ? { tenant, id, secret } : null
}

/** A token of its own secret, as its owner keeps it. */
export const tokenText = ({ tenant, id, secret }: ParsedToken) => `cgt_${tenant}_${id}_${secret}`

/** A new id and secret, and the hash to store. */
export async function newToken(tenant: string): Promise<ParsedToken & { hash: string }> {
  const secret = newSecret(32)
  return { tenant, id: newSecret(6), secret, hash: await sha256Hex(secret) }
}

/** Whether a secret's hash is the stored one, in constant time; false where nothing is stored. */
export function hashMatches(hash: string, stored: string | undefined): boolean {
  return secretMatcher(stored ?? NO_HASH)(hash) && stored !== undefined
}
