/** Which sessions there are, newest first, whole or in pages. A page costs what it shows, not what the store holds. */
import { badRequest } from '../errors.ts'
import type { Database } from '../platform.ts'
import { channelOf, NOT_INTERNAL } from './key.ts'
import { titlesOf } from './title.ts'
import type { SessionInfo, SessionPage } from './types.ts'

export interface ListOptions {
  /** Also cron, subagent, heartbeat, hook and internal ones. */
  includeInternal?: boolean
  /** Sessions at most; absent or 0: all. */
  limit?: number
  /** `next` of the page before; absent or empty: from the newest on. Any other text is 400. */
  before?: string
  /** With what each is called. */
  titles?: boolean
}

interface Row {
  id: number
  key: string
  kind: SessionInfo['kind']
  updated_at: number
  last_seq: number
  compactions: number
}

const CURSOR = /^(\d{1,16})-(\d{1,16})$/

/** A page of sessions, without those that were emptied. One that is used between two pages moves to the front, so the later page lacks it. */
export function sessionPage(
  db: Database,
  { includeInternal, limit = 0, before = '', titles }: ListOptions = {},
): SessionPage {
  const [updatedAt, id] = place(before)
  const rows = db.query<Row>(
    `SELECT id, key, kind, updated_at, last_seq, compactions FROM session
     WHERE (updated_at, id) < (?, ?) AND (last_seq > 0 OR generation = 0) ${includeInternal ? '' : `AND ${NOT_INTERNAL}`}
     ORDER BY updated_at DESC, id DESC LIMIT ?`,
    updatedAt,
    id,
    // One more than is shown tells whether there is another page.
    limit > 0 ? limit + 1 : -1,
  )
  const shown = limit > 0 ? rows.slice(0, limit) : rows
  const last = shown.at(-1)
  const names = titles
    ? titlesOf(
        db,
        shown.map(({ id }) => id),
      )
    : undefined
  return {
    sessions: shown.map((row) => ({ ...toInfo(row), ...(names && { title: names.get(row.id) ?? '' }) })),
    ...(last && shown.length < rows.length && { next: `${last.updated_at}-${last.id}` }),
  }
}

function place(before: string): [updatedAt: number, id: number] {
  if (before === '') return [Number.MAX_SAFE_INTEGER, 0]
  const [, updatedAt, id] = CURSOR.exec(before) ?? []
  if (updatedAt === undefined) throw badRequest('invalid before: give the `next` of an earlier answer')
  return [Number(updatedAt), Number(id)]
}

function toInfo({ key, kind, updated_at, last_seq, compactions }: Row): SessionInfo {
  const channel = channelOf(key)
  return {
    key,
    ...(channel === undefined ? {} : { channel }),
    kind,
    updatedAt: updated_at,
    messages: last_seq,
    compactions,
  }
}
