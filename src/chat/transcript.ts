/** A session as a page shows it: its messages with their turns, how those ended, and what is under way or still waits. */
import type { Database } from '../platform.ts'
import type { HistoryWindow, Sessions, StoredMessage } from '../sessions/index.ts'
import type { StepEvent, TurnState } from './events.ts'
import type { TurnInput } from './tables.ts'
import type { Usage } from './usage.ts'

export interface TranscriptTurn {
  turn: number
  state: TurnState
  /** What was asked, without the marks of files. */
  text: string
  media: readonly string[]
  /** The model that was asked for in the message itself. */
  model: string | null
  error: string | null
  usage: Usage | null
  acceptedAt: number
  endedAt: number | null
}

export interface TranscriptMessage extends StoredMessage {
  /** What the model thought before it said this. */
  reasoning: string
}

export interface Transcript {
  title: string
  model: string | null
  messages: TranscriptMessage[]
  /** The turns of these messages, and all that have not ended, in order. */
  turns: TranscriptTurn[]
  /** There are messages before and after these. */
  earlier: boolean
  later: boolean
}

/** A window of a session; empty for one that was never used. */
export function transcriptOf(
  deps: { db: Database; sessions: Sessions },
  key: string,
  window: HistoryWindow,
): Transcript {
  const { db, sessions } = deps
  const state = sessions.state(key)
  if (!state) return { title: '', model: null, messages: [], turns: [], earlier: false, later: false }
  const stored = sessions.details(key, window)
  const numbers = [...new Set(stored.map(({ turn }) => turn).filter((turn) => turn !== null))]
  const thoughts = reasoningOf(db, numbers)
  return {
    title: sessions.title(state.id),
    model: state.model,
    messages: stored.map((message) => ({
      ...message,
      reasoning: message.role === 'assistant' ? (thoughts.get(`${message.turn} ${message.step}`) ?? '') : '',
    })),
    turns: turnsOf(db, state.id, numbers),
    earlier: (stored[0]?.seq ?? 1) > 1,
    later: stored.length > 0 && stored.at(-1)!.seq < state.lastSeq,
  }
}

interface Row {
  n: number
  state: TurnState
  input: string
  error: string | null
  usage: string | null
  accepted_at: number
  ended_at: number | null
}

function turnsOf(db: Database, session: number, numbers: readonly number[]): TranscriptTurn[] {
  const rows = db.query<Row>(
    `SELECT n, state, input, error, usage, accepted_at, ended_at FROM turn
     WHERE n IN (SELECT value FROM json_each(?)) OR (session = ? AND ended_at IS NULL) ORDER BY n`,
    JSON.stringify(numbers),
    session,
  )
  return rows.map(({ n, state, input, error, usage, accepted_at, ended_at }) => {
    const { text, media = [], model } = JSON.parse(input) as TurnInput
    return {
      turn: n,
      state,
      text: media.reduce((rest, path) => rest.replace(`[file: ${path}]`, ''), text).trimEnd(),
      media,
      model: model ?? null,
      error,
      usage: usage === null ? null : (JSON.parse(usage) as Usage),
      acceptedAt: accepted_at,
      endedAt: ended_at,
    }
  })
}

/** By turn and step. */
function reasoningOf(db: Database, turns: readonly number[]): Map<string, string> {
  const rows = db.query<{ turn: number; i: number; events: string }>(
    'SELECT turn, i, events FROM step WHERE turn IN (SELECT value FROM json_each(?)) AND done = 1',
    JSON.stringify(turns),
  )
  const found = new Map<string, string>()
  for (const { turn, i, events } of rows) {
    if (!events.includes('"reasoning"')) continue
    const parts = JSON.parse(events) as Array<StepEvent | { type: 'reasoning'; text: string }>
    found.set(`${turn} ${i}`, parts.map((event) => (event.type === 'reasoning' ? event.text : '')).join(''))
  }
  return found
}
