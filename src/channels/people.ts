/**
 * Who was let in, and the codes of those who ask for it. A stranger's first message is answered with a code; whoever
 * knows the gateway's token approves it.
 */
import { badRequest, notFound } from '../errors.ts'
import type { Database } from '../platform.ts'

export type Role = 'owner' | 'guest'

/** Somebody who was approved. */
export interface Person {
  channel: string
  sender: string
  role: Role
  name: string | null
  /** ms since the epoch. */
  approvedAt: number
}

/** A code that waits for approval. */
export interface PairingCode {
  code: string
  channel: string
  sender: string
  chat: string
  name: string | null
  /** ms since the epoch. */
  expiresAt: number
}

/** A code is good for so long, and a stranger gets no other one for so long. */
export const CODE_MS = 3600_000
/** Open codes of a channel: whoever floods it with accounts gets no more answers than this in an hour. */
const OPEN_CODES = 3
/** Without 0, O, 1 and I. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const LENGTH = 8

export class People {
  readonly #db: Database
  readonly #now: () => number

  constructor(deps: { db: Database; now: () => number }) {
    this.#db = deps.db
    this.#now = deps.now
  }

  /** The role somebody was approved for; null for a stranger. */
  role(channel: string, sender: string): Role | null {
    return (
      this.#db.query<{ role: Role }>(
        'SELECT role FROM channel_person WHERE channel = ? AND sender = ?',
        channel,
        sender,
      )[0]?.role ?? null
    )
  }

  /** Approved people, of one channel or of all. */
  list(channel?: string): Person[] {
    return this.#db.query<Person & Record<string, never>>(
      `SELECT channel, sender, role, name, approved_at AS "approvedAt" FROM channel_person WHERE ?1 IS NULL OR channel = ?1
       ORDER BY channel, approved_at, sender`,
      channel ?? null,
    )
  }

  hasOwner(channel: string): boolean {
    return this.list(channel).some(({ role }) => role === 'owner')
  }

  /** Codes that can be approved now. */
  codes(channel?: string): PairingCode[] {
    return this.#db.query<PairingCode & Record<string, never>>(
      `SELECT code, channel, sender, chat, name, expires_at AS "expiresAt" FROM channel_code
       WHERE (?1 IS NULL OR channel = ?1) AND expires_at > ?2 ORDER BY channel, created_at`,
      channel ?? null,
      this.#now(),
    )
  }

  /**
   * A new code for a stranger. Null when they got one within the hour, and while the channel has as many open codes as
   * it may have: then nothing must be said to them.
   */
  code(stranger: { channel: string; sender: string; chat: string; name: string | null }): string | null {
    this.#db.query('DELETE FROM channel_code WHERE expires_at <= ?', this.#now())
    const open = this.codes(stranger.channel)
    if (open.length >= OPEN_CODES || open.some(({ sender }) => sender === stranger.sender)) return null
    const code = newCode()
    this.#db.query(
      'INSERT INTO channel_code (code, channel, sender, chat, name, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      code,
      stranger.channel,
      stranger.sender,
      stranger.chat,
      stranger.name,
      this.#now(),
      this.#now() + CODE_MS,
    )
    return code
  }

  /** Takes a code in as a person types it: any case, with spaces or dashes. 404 when there is none or it is too old. */
  take(typed: string): PairingCode {
    const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
    if (code === '') throw badRequest('code required')
    const found = this.codes().find((each) => each.code === code)
    if (!found) throw notFound('no such pairing code: it may have expired; a new message of the person makes a new one')
    this.#db.query('DELETE FROM channel_code WHERE code = ?', code)
    return found
  }

  /** Lets somebody in, or changes what they are. */
  set(person: { channel: string; sender: string; role: Role; name?: string | null }): void {
    this.#db.query(
      `INSERT INTO channel_person (channel, sender, role, name, approved_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (channel, sender) DO UPDATE SET role = excluded.role, name = coalesce(excluded.name, name)`,
      person.channel,
      person.sender,
      person.role,
      person.name ?? null,
      this.#now(),
    )
    this.#db.query('DELETE FROM channel_code WHERE channel = ? AND sender = ?', person.channel, person.sender)
  }

  /** Forgets somebody; false when they were not known. */
  remove(channel: string, sender: string): boolean {
    return (
      this.#db.query('DELETE FROM channel_person WHERE channel = ? AND sender = ? RETURNING sender', channel, sender)
        .length > 0
    )
  }
}

/** As it is shown: `ABCD-EFGH`. */
export const shownCode = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`

function newCode(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
