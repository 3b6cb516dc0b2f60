/**
 * Write-ahead notes of refreshes. A vendor takes a refresh token once, and its successor exists only in the answer: a
 * gateway that dies between the two has lost the login without knowing. The note is durable before the token is sent and
 * goes when the successor is stored, so that the next life knows which logins may be worth nothing.
 */
import type { Database } from '../platform.ts'

/** The notes of this life, and those that an earlier one left. */
export class RefreshNotes {
  readonly #db: Database
  /** Path to fingerprint of the refresh token that was sent. */
  readonly #left: Map<string, string>

  constructor(db: Database) {
    this.#db = db
    const rows = db.query<{ path: string; token: string }>('SELECT path, token FROM refresh_note')
    this.#left = new Map(rows.map(({ path, token }) => [path, token]))
  }

  /** The token of the account at `path` is about to be sent. */
  async begin(path: string, refreshToken: string): Promise<void> {
    this.#db.query(
      'INSERT INTO refresh_note (path, token) VALUES (?, ?) ON CONFLICT DO UPDATE SET token = excluded.token',
      path,
      await fingerprint(refreshToken),
    )
  }

  /** What came of it is known and stored, or the account is gone. */
  end(path: string): void {
    this.#left.delete(path)
    this.#db.query('DELETE FROM refresh_note WHERE path = ?', path)
  }

  /** An earlier life sent this very token and did not live to store the answer. */
  async wasCutOff(path: string, refreshToken: string): Promise<boolean> {
    const left = this.#left.get(path)
    return left !== undefined && left === (await fingerprint(refreshToken))
  }
}

/** Tells a token from its successor; says nothing about it. */
async function fingerprint(token: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)))
  return Array.from(digest.subarray(0, 12), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
