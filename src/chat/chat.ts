/** What the API, the sockets and the channels say to the engine: submit a message, wait for its outcome, stop it. */
import { badRequest, GatewayError, notFound, tooLarge } from '../errors.ts'
import type { Database } from '../platform.ts'
import type { Sessions } from '../sessions/index.ts'
import type { TurnEngine } from './engine.ts'
import type { TurnState } from './events.ts'
import { replyOf } from './log.ts'
import type { TurnInput, TurnRow } from './tables.ts'
import type { Usage } from './usage.ts'

/** A message as a client sends it. */
export interface Submission {
  session: string
  message: string
  /** Paths of uploads. */
  media?: string | readonly string[] | undefined
  idempotencyKey?: string | undefined
  model?: string | undefined
  /** The user's message (`seq`) that this one replaces; all after it is taken back as well. */
  replaces?: number | undefined
}

/** Where a submission went: a turn, or an answer that needs none. */
export type Submitted = { turn: number; duplicate: boolean } | { reply: string }

export interface Outcome {
  turn: number
  session: string
  state: TurnState
  reply: string
  error: string | null
  usage: Usage | null
}

const KEY_LIMIT = 200
/** The names of the earlier program's session files, which hold the key, are no longer. */
const SESSION_KEY_LIMIT = 256
/** Bytes of a message as JSON: as much as a body of `POST /api/chat` takes. A row of the edge has twice that. */
const MESSAGE_LIMIT = 1024 * 1024

export class Chat {
  readonly engine: TurnEngine
  readonly #db: Database
  readonly #sessions: Sessions

  constructor(deps: { engine: TurnEngine; db: Database; sessions: Sessions }) {
    this.#sessions = deps.sessions
    this.engine = deps.engine
    this.#db = deps.db
  }

  /** Accepts a message of the owner. A blank one never reaches a model; `/stop` acts at once, past the queue. */
  submit(submission: Submission): Submitted {
    const media = mediaOf(submission)
    const text = promptOf(submission.message, media)
    if (!text.trim()) return { reply: '' }
    const session = sessionKey(submission.session)
    if (text.trim().toLowerCase() === '/stop')
      return { reply: this.stopSession(session) ? 'Stopped.' : 'Nothing is running.' }
    const key = submission.idempotencyKey?.trim() || undefined
    if (key && key.length > KEY_LIMIT) throw badRequest(`idempotency key is longer than ${KEY_LIMIT} characters`)
    if (jsonBytes(text) > MESSAGE_LIMIT) throw tooLarge('the message is too long: at most 1 MB; upload it as a file')
    const input: TurnInput = {
      text,
      ...(media.length > 0 ? { media } : {}),
      channel: 'cli',
      chat: 'direct',
      owner: true,
      ...(submission.model ? { model: submission.model } : {}),
      ...(submission.replaces === undefined ? {} : { replaces: submission.replaces }),
    }
    const accepted = this.engine.accept(session, input, key)
    return { turn: accepted.n, duplicate: accepted.duplicate }
  }

  /** The outcome of a turn as it stands; 404 for an unknown one. */
  outcome(n: number): Outcome {
    const row = this.engine.turn(n)
    if (!row) throw notFound(`turn not found: ${n}`)
    return this.#outcome(row)
  }

  /** Waits for a turn to end. The caller leaving (`signal`) changes nothing for the turn. */
  async finished(n: number, signal?: AbortSignal): Promise<Outcome> {
    await this.engine.ended(n, signal)
    return this.outcome(n)
  }

  /** Stops the running turn of a session, or the given one; true when something was stopped. */
  stopSession(session: string): boolean {
    const row = this.engine.current(session)
    return row ? this.engine.stop(row.n) : false
  }

  /**
   * Deletes what was said in a session, its turns' streams and inputs too; what they used stays counted. 404 for an
   * unknown session, 409 while an answer is being written in it.
   */
  forget(session: string): void {
    const state = this.#sessions.state(session)
    if (!state) throw notFound(`session not found: ${session}`)
    this.#db.transaction(() => {
      if (this.engine.current(session)) {
        throw new GatewayError(409, 'session_busy', 'an answer is being written in this session: stop it first')
      }
      this.#sessions.clear(state.id)
      this.#db.query('DELETE FROM step WHERE turn IN (SELECT n FROM turn WHERE session = ?)', state.id)
      this.#db.query(
        "UPDATE turn SET input = json_set(json_remove(input, '$.media'), '$.text', ''), error = NULL WHERE session = ?",
        state.id,
      )
    })
  }

  /** What messages name as their media that are not answered yet, or were accepted at `since` (ms) or later. */
  mediaInUse(since: number): Set<string> {
    const rows = this.#db.query<{ path: string }>(
      `SELECT DISTINCT media.value AS path FROM turn, json_each(turn.input, '$.media') AS media
       WHERE turn.ended_at IS NULL OR turn.accepted_at >= ?`,
      since,
    )
    return new Set(rows.map(({ path }) => path))
  }

  #outcome(row: TurnRow): Outcome {
    return {
      turn: row.n,
      session: row.session_key,
      state: row.state,
      reply: row.ended_at === null ? '' : replyOf(this.#db, row.n),
      error: row.error,
      usage: row.usage === null ? null : (JSON.parse(row.usage) as Usage),
    }
  }
}

/** The session that a client means: `main` when it names none. 400 for a key that is too long. */
export function sessionKey(given: string | undefined): string {
  const key = given?.trim() || 'main'
  if (key.length > SESSION_KEY_LIMIT) throw badRequest(`session key is longer than ${SESSION_KEY_LIMIT} characters`)
  return key
}

/** More than the limit for a text that is longer in characters already: it need not be encoded to be refused. */
function jsonBytes(text: string): number {
  return text.length > MESSAGE_LIMIT ? text.length : new TextEncoder().encode(JSON.stringify(text)).length
}

/** The error a finished turn means for a caller that waited; null when it has an answer. */
export function failureOf(outcome: Outcome): GatewayError | null {
  if (outcome.state === 'failed') return new GatewayError(502, 'turn_failed', outcome.error ?? 'the turn failed')
  if (outcome.state === 'interrupted') {
    return new GatewayError(500, 'turn_interrupted', outcome.error ?? 'the turn was interrupted')
  }
  return null
}

/** The paths that came with a message, each once. */
function mediaOf({ media }: Submission): string[] {
  const paths = typeof media === 'string' ? [media] : (media ?? [])
  return [...new Set(paths)].filter((path) => path !== '')
}

/** The prompt of a message and its media (api-behaviour.md section 5.2). */
function promptOf(message: string, media: readonly string[]): string {
  return [message, ...media.map((path) => `[file: ${path}]`)].filter((part) => part !== '').join('\n')
}
