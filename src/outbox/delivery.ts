/**
 * Sends what is in the outbox: chats side by side, the messages of a chat one after the other, a part at a time. An
 * attempt is a row before it is a request, so a crash in between is known as an attempt whose outcome nobody knows.
 */
import type { OutgoingFile, OutgoingPart } from '../channels/index.ts'
import { messageOf } from '../errors.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { type Attempt, type Carrier, outgoing } from './carrier.ts'
import { NoFile } from './media.ts'
import { KEEP_MS, type Outbox } from './outbox.ts'
import { GIVE_UP_MS, MAX_ATTEMPTS, retryDelay } from './retry.ts'
import type { Hold, OutboxRow, OutboxState } from './tables.ts'

export interface DeliveryDeps {
  outbox: Outbox
  platform: Pick<Platform, 'db' | 'now' | 'log' | 'background' | 'fault'>
  agenda: Agenda
  /** The open channel of this name; null when there is none. */
  carrier(channel: string): Carrier | null
  /** The file of a message; throws `NoFile`. */
  file(media: string, signal: AbortSignal): Promise<OutgoingFile>
  /** Tests: the chance in the pauses between attempts. */
  random?: () => number
}

/** Chats that are sent to at once. */
const CHATS_AT_ONCE = 16
/** One attempt, the file included. */
const ATTEMPT_MS = 90_000
const CLOCK = 'outbox'
const PRUNE_CLOCK = 'outbox-prune'
const DAY_MS = 24 * 3600_000

export class Delivery {
  readonly #deps: DeliveryDeps
  /** Chats that are being sent to. */
  readonly #busy = new Set<string>()
  /** The attempts under way, and what came meanwhile that their messages could be held for. */
  readonly #underWay = new Map<number, { row: OutboxRow; came: Set<Hold> }>()
  /** When each chat was last sent to. */
  readonly #lastSent = new Map<string, number>()
  readonly #waiters = new Map<number, Set<() => void>>()
  readonly #closing = new AbortController()

  constructor(deps: DeliveryDeps) {
    this.#deps = deps
    deps.outbox.listen({
      ready: () => this.pump(),
      changed: ({ id }) => {
        this.#wake(id)
        // Also for messages that are held and may never be sent: they must not be kept for ever.
        if (deps.agenda.due(PRUNE_CLOCK, '') === null) deps.agenda.at(PRUNE_CLOCK, '', deps.platform.now() + KEEP_MS)
      },
      released: (channel, hold, chat) => {
        for (const { row, came } of this.#underWay.values())
          if (row.channel === channel && (chat === undefined || row.chat === chat)) came.add(hold)
      },
    })
    deps.agenda.on(CLOCK, () => this.recover())
    deps.agenda.on(PRUNE_CLOCK, () => {
      const next = deps.outbox.prune()
      if (next !== null) deps.agenda.at(PRUNE_CLOCK, '', Math.max(next, deps.platform.now() + DAY_MS))
    })
  }

  /** Takes up what an earlier life left: an attempt it began may have arrived. Then sends what is due. */
  recover(): void {
    const { db } = this.#deps.platform
    const begun = db.query<OutboxRow>("SELECT * FROM outbox WHERE ended_at IS NULL AND state = 'sending'")
    for (const row of begun) {
      if (this.#busy.has(chatOf(row))) continue
      this.#note(row, { outcome: 'ambiguous', reason: 'the gateway stopped while it was sent' })
    }
    this.pump()
  }

  /** Starts on every chat that has something due, up to the limit. Never waits. */
  pump(): void {
    if (this.#closing.signal.aborted) return
    for (const row of this.#due(CHATS_AT_ONCE + this.#busy.size)) {
      if (this.#busy.size >= CHATS_AT_ONCE) break
      const chat = chatOf(row)
      if (this.#busy.has(chat)) continue
      this.#busy.add(chat)
      this.#deps.platform.background(
        this.#deliverChat(row.channel, row.chat)
          .catch((error: unknown) => this.#deps.platform.log.error('the outbox failed', { error: messageOf(error) }))
          .finally(() => {
            this.#busy.delete(chat)
            this.pump()
          }),
      )
    }
    this.#arm()
  }

  /** Resolves when a message is sent, failed or held, or `signal` gives up. */
  async settled(id: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const waiting = this.#waiters.get(id) ?? new Set()
      this.#waiters.set(id, waiting.add(resolve))
      signal.addEventListener('abort', () => resolve(), { once: true })
      const message = this.#deps.outbox.get(id)
      if (message && !['sent', 'failed', 'held'].includes(message.state)) await promise
      else resolve()
      waiting.delete(resolve)
      if (waiting.size === 0) this.#waiters.delete(id)
      if (!message || ['sent', 'failed', 'held'].includes(this.#deps.outbox.get(id)?.state ?? 'failed')) return
    }
  }

  /** Begins nothing more and ends the attempts under way; their outcome counts as unknown. */
  close(): void {
    this.#closing.abort(new Error('the gateway is shutting down'))
  }

  /** The first message of every chat that is due, the longest waiting first. */
  #due(limit: number): OutboxRow[] {
    const { db, now } = this.#deps.platform
    return db.query<OutboxRow>(
      `SELECT * FROM outbox WHERE id IN (SELECT min(id) FROM outbox INDEXED BY outbox_live WHERE ended_at IS NULL GROUP BY channel, chat)
       AND state IN ('queued', 'ambiguous') AND due_at <= ? ORDER BY id LIMIT ?`,
      now(),
      limit,
    )
  }

  #head(channel: string, chat: string): OutboxRow | undefined {
    const { db, now } = this.#deps.platform
    const head = db.query<OutboxRow>(
      'SELECT * FROM outbox WHERE channel = ? AND chat = ? AND ended_at IS NULL ORDER BY id LIMIT 1',
      channel,
      chat,
    )[0]
    return head && (head.state === 'queued' || head.state === 'ambiguous') && head.due_at <= now() ? head : undefined
  }

  /** One chat, until nothing of it is due. */
  async #deliverChat(channel: string, chat: string): Promise<void> {
    const signal = this.#closing.signal
    for (let row = this.#head(channel, chat); row && !signal.aborted; row = this.#head(channel, chat)) {
      const carrier = this.#deps.carrier(channel)
      if (!carrier) {
        this.#note(row, { outcome: 'disconnected', reason: `no channel named '${channel}' is connected` })
        return
      }
      await this.#attempt(row, carrier)
    }
  }

  /** One attempt at the next part of a message. */
  async #attempt(row: OutboxRow, carrier: Carrier): Promise<void> {
    const { db, now, fault } = this.#deps.platform
    const parts = await this.#parts(row, carrier)
    if (!parts) return
    const part = parts[row.part]
    if (!part) return this.#note(row, { outcome: 'sent' })
    await this.#pause(chatOf(row), carrier.pauseMs)
    if (this.#closing.signal.aborted) return
    // Meanwhile the channel may have been opened anew with other settings, or closed, which holds the message.
    const current = this.#deps.carrier(row.channel)
    if (!current) return
    const attempt = row.attempts + 1
    const begun = db.query<OutboxRow>(
      `UPDATE outbox SET state = 'sending', attempts = ?, tried_at = coalesce(tried_at, ?), parts = ?
       WHERE id = ? AND ended_at IS NULL AND state IN ('queued', 'ambiguous') RETURNING *`,
      attempt,
      now(),
      JSON.stringify(parts),
      row.id,
    )[0]
    if (!begun) return
    this.#deps.outbox.announce({ ...row, state: 'sending' })
    this.#arm()
    const came = new Set<Hold>()
    this.#underWay.set(row.id, { row, came })
    try {
      fault?.('outbox-attempt')
      const outcome = await this.#send(begun, part, attempt, current)
      fault?.('outbox-sent')
      this.#lastSent.set(chatOf(row), now())
      this.#note(begun, notHeld(outcome, came))
    } finally {
      this.#underWay.delete(row.id)
    }
  }

  /** The parts of a message, as they were cut before its first attempt; null when it cannot be cut. */
  async #parts(row: OutboxRow, carrier: Carrier): Promise<readonly OutgoingPart[] | null> {
    if (row.parts !== null) return JSON.parse(row.parts) as OutgoingPart[]
    try {
      return await carrier.parts(outgoing(JSON.parse(row.body) as Record<string, unknown>))
    } catch (error) {
      this.#note(row, { outcome: 'refused', reason: messageOf(error) })
      return null
    }
  }

  async #send(row: OutboxRow, part: OutgoingPart, attempt: number, carrier: Carrier): Promise<Attempt> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ATTEMPT_MS)])
    let file: OutgoingFile | undefined
    const { media } = outgoing(JSON.parse(row.body) as Record<string, unknown>)
    try {
      if (part.file && media) file = await this.#deps.file(media, signal)
    } catch (error) {
      const final = error instanceof NoFile && error.final
      return { outcome: final ? 'refused' : 'later', reason: messageOf(error) }
    }
    const key = `${row.send_key ?? `outbox-${row.id}`}-${row.part}`
    return carrier.send(row.chat, part, { signal, key, attempt, ...(file && { file }) })
  }

  /** Records what came of an attempt. */
  #note(row: OutboxRow, attempt: Attempt | { outcome: 'disconnected'; reason: string }): void {
    const { db, now, log } = this.#deps.platform
    const next = this.#after(row, attempt)
    const ended = next.state === 'sent' || next.state === 'failed'
    db.query(
      `UPDATE outbox SET state = ?, hold = ?, reason = ?, part = ?, message_ids = ?, attempts = ?, ambiguous_attempts = ?,
         due_at = ?, platform_wait = ?, tried_at = ?, ended_at = ? WHERE id = ? AND ended_at IS NULL`,
      next.state,
      next.hold,
      next.reason,
      next.part,
      next.message_ids,
      next.attempts,
      next.ambiguous_attempts,
      next.due_at,
      next.platform_wait,
      next.tried_at,
      ended ? now() : null,
      row.id,
    )
    if (next.state === 'held') this.#holdRest(next)
    if (next.state === 'failed') {
      log.warn('a message could not be delivered', { channel: row.channel, message: row.id, error: next.reason })
    }
    this.#deps.outbox.announce({ ...row, state: next.state })
  }

  /** The row after an attempt: the one place where states change by what the platform said. */
  #after(row: OutboxRow, attempt: Attempt | { outcome: 'disconnected'; reason: string }): OutboxRow {
    const { now } = this.#deps.platform
    const waiting = { ...row, hold: null, platform_wait: 0 }
    switch (attempt.outcome) {
      case 'sent': {
        const ids = JSON.parse(row.message_ids) as string[]
        if ('messageId' in attempt && attempt.messageId) ids.push(attempt.messageId)
        const parts = row.parts === null ? 0 : (JSON.parse(row.parts) as unknown[]).length
        const part = Math.min(row.part + 1, parts)
        const state: OutboxState = part >= parts ? 'sent' : 'queued'
        const fresh = { attempts: state === 'sent' ? row.attempts : 0, reason: null, due_at: 0 }
        return { ...waiting, ...fresh, state, part, message_ids: JSON.stringify(ids) }
      }
      case 'refused':
        return { ...waiting, state: 'failed', reason: attempt.reason }
      case 'until_inbound':
        return { ...waiting, state: 'held', hold: 'inbound', reason: attempt.reason, tried_at: null, attempts: 0 }
      case 'login':
        return { ...waiting, state: 'held', hold: 'login', reason: attempt.reason, tried_at: null, attempts: 0 }
      case 'disconnected':
        return { ...waiting, state: 'held', hold: 'channel', reason: attempt.reason, tried_at: null, attempts: 0 }
      case 'ambiguous':
      case 'later': {
        const ambiguous = attempt.outcome === 'ambiguous'
        const counted = { ...waiting, ambiguous_attempts: row.ambiguous_attempts + (ambiguous ? 1 : 0) }
        const tooOld = row.tried_at !== null && now() - row.tried_at > GIVE_UP_MS
        if (row.attempts >= MAX_ATTEMPTS || tooOld) {
          const after = tooOld ? '24 hours' : `${row.attempts} attempts`
          return { ...counted, state: 'failed', reason: `given up after ${after}: ${attempt.reason}` }
        }
        const wait = 'retryAfterMs' in attempt ? attempt.retryAfterMs : undefined
        const delay = Math.max(wait ?? 0, retryDelay(row.attempts, this.#deps.random ?? Math.random))
        return {
          ...counted,
          state: ambiguous ? 'ambiguous' : 'queued',
          reason: attempt.reason,
          due_at: Math.ceil(now() + delay),
          platform_wait: wait === undefined ? 0 : 1,
        }
      }
    }
  }

  /** What stands behind a held message waits for the same. */
  #holdRest({ channel, chat, hold, reason }: OutboxRow): void {
    this.#deps.platform.db.query(
      "UPDATE outbox SET state = 'held', hold = ?, reason = ? WHERE channel = ? AND chat = ? AND ended_at IS NULL AND state = 'queued'",
      hold,
      reason,
      channel,
      chat,
    )
  }

  async #pause(chat: string, pauseMs: number): Promise<void> {
    const wait = (this.#lastSent.get(chat) ?? 0) + pauseMs - this.#deps.platform.now()
    if (this.#lastSent.size > 1000) this.#lastSent.clear()
    if (wait <= 0) return
    const signal = this.#closing.signal
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, wait)
      signal.addEventListener('abort', done)
    })
  }

  /** The alarm rings for the next retry, and while something is being sent in case this life does not see its end. */
  #arm(): void {
    const { platform, agenda } = this.#deps
    const due = platform.db.query<{ at: number | null }>(
      `SELECT min(CASE state WHEN 'sending' THEN ?1 ELSE due_at END) AS at FROM outbox
       WHERE id IN (SELECT min(id) FROM outbox INDEXED BY outbox_live WHERE ended_at IS NULL GROUP BY channel, chat)
       AND state IN ('queued', 'ambiguous', 'sending')`,
      platform.now() + ATTEMPT_MS + 10_000,
    )[0]?.at
    const set = agenda.due(CLOCK, '')
    if (due === null || due === undefined) {
      if (set !== null) agenda.cancel(CLOCK, '')
      return
    }
    // What is due now and not begun waits for a free place; the end of another chat's sending takes it up.
    const at = Math.max(due, platform.now() + 1000)
    if (set === null || set > at || set <= platform.now()) agenda.at(CLOCK, '', at)
  }

  #wake(id: number): void {
    for (const resolve of this.#waiters.get(id) ?? []) resolve()
  }
}

/** What a message would be held for came while it was tried: it is tried again instead, for nothing else would release it. */
function notHeld(attempt: Attempt, came: ReadonlySet<Hold>): Attempt {
  const missed =
    (attempt.outcome === 'until_inbound' && came.has('inbound')) || (attempt.outcome === 'login' && came.has('login'))
  return missed ? { outcome: 'later', reason: attempt.reason } : attempt
}

const chatOf = ({ channel, chat }: { channel: string; chat: string }) => `${channel}\n${chat}`
