/**
 * Masks: what leaves instead of a secret. A mask is `****` and a short keyed hash of the secret: it says nothing about
 * it, is the same every time, and is a reference that can come back in a save, as long as the secret is in the config
 * in force or in one of the kept revisions.
 */
import type * as z from 'zod'
import type { Database } from '../platform.ts'
import { type Leaf, mapLeaves, secretSpans } from './secrets.ts'

type Secret = string | number
/** WebCrypto's key, under a name that both runtimes' types agree on. */
type Key = Parameters<typeof crypto.subtle.sign>[1]

const MASK = /\*{4}[0-9a-f]{12}/g
/** What a field that is a secret as a whole cannot begin with unless it is meant as a mask. */
const MASK_LIKE = /^\*{4}/

export class Masks {
  readonly #key: Key
  #secrets = new Map<string, Secret>()
  #masks = new Map<Secret, string>()

  private constructor(key: Key) {
    this.#key = key
  }

  /** Loads the home's own key, or makes it. */
  static async open(db: Database): Promise<Masks> {
    const made = crypto.getRandomValues(new Uint8Array(32))
    db.query('INSERT INTO config_key (id, key) VALUES (1, ?) ON CONFLICT (id) DO NOTHING', made)
    const [row] = db.query<{ key: Uint8Array }>('SELECT key FROM config_key WHERE id = 1')
    // A copy: SQLite's bytes may be a view of a buffer that WebCrypto does not take.
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', new Uint8Array(row!.key), algorithm, false, ['sign'])
    return new Masks(key)
  }

  /** The secrets that are known, as texts. */
  texts(): string[] {
    return [...this.#masks.keys()].map(String)
  }

  /** Replaces what is known: from now on these documents can be masked, and their masks resolved. */
  async learn(schema: z.ZodType, documents: readonly unknown[]): Promise<void> {
    const found = new Set<Secret>()
    for (const document of documents) {
      mapLeaves(schema, document, (leaf) => {
        if (typeof leaf.value === 'number') {
          if (secretSpans(leaf).length > 0) found.add(leaf.value)
        } else for (const [from, to] of secretSpans(leaf)) found.add(leaf.value.slice(from, to))
      })
    }
    const masks = new Map<Secret, string>()
    for (const secret of found) masks.set(secret, this.#masks.get(secret) ?? (await this.#make(secret)))
    this.#masks = masks
    this.#secrets = new Map([...masks].map(([secret, mask]) => [mask, secret]))
  }

  /** A copy with every secret masked. The secrets must have been learned. */
  mask(schema: z.ZodType, document: unknown): unknown {
    return mapLeaves(schema, document, (leaf) => {
      const spans = secretSpans(leaf)
      if (spans.length === 0) return leaf.value
      if (typeof leaf.value === 'number') return this.#maskOf(leaf.value)
      let out = ''
      let end = 0
      for (const [from, to] of spans) {
        out += leaf.value.slice(end, from) + this.#maskOf(leaf.value.slice(from, to))
        end = to
      }
      return out + leaf.value.slice(end)
    })
  }

  /**
   * A copy with every mask replaced by its secret, and what went wrong, one message a field: masks that are not known,
   * and masks at a place that would show the secret.
   */
  resolve(schema: z.ZodType, document: unknown): { document: unknown; errors: string[] } {
    const errors: string[] = []
    const resolved = mapLeaves(schema, document, (leaf) => {
      if (typeof leaf.value === 'number') return leaf.value
      const result = this.#resolveLeaf({ ...leaf, value: leaf.value })
      if ('value' in result) return result.value
      errors.push(`${leaf.path} ${result.error}`)
      return leaf.value
    })
    return { document: resolved, errors }
  }

  #resolveLeaf(leaf: Leaf & { value: string }): { value: Secret } | { error: string } {
    const unknown = 'holds a masked secret that is no longer known, enter the secret itself'
    const matches = [...leaf.value.matchAll(MASK)]
    if (matches.length === 0) {
      return leaf.secret && MASK_LIKE.test(leaf.value) ? { error: unknown } : { value: leaf.value }
    }
    let out = ''
    let end = 0
    const placed: Array<[number, number]> = []
    for (const match of matches) {
      const secret = this.#secrets.get(match[0])
      if (secret === undefined) return { error: unknown }
      if (match[0] === leaf.value && typeof secret === 'number') return { value: secret }
      out += leaf.value.slice(end, match.index)
      placed.push([out.length, out.length + String(secret).length])
      out += secret
      end = match.index + match[0].length
    }
    out += leaf.value.slice(end)
    const spans = secretSpans({ ...leaf, value: out })
    const hidden = placed.every(([from, to]) => spans.some((span) => span[0] <= from && to <= span[1]))
    return hidden ? { value: out } : { error: 'holds a masked secret, which is not allowed in this place' }
  }

  #maskOf(secret: Secret): string {
    const mask = this.#masks.get(secret)
    if (mask === undefined) throw new Error('a secret was not learned before it was masked')
    return mask
  }

  async #make(secret: Secret): Promise<string> {
    const data = new TextEncoder().encode(`${typeof secret}:${secret}`)
    const digest = new Uint8Array(await crypto.subtle.sign('HMAC', this.#key, data))
    return `****${Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }
}
