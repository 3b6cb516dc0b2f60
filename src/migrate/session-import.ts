/**
 * Sessions into the store: registered at once, so that they are listed and nothing new overtakes them, then read one by
 * one in batches. Each batch and its count are one transaction; what a crash cut off goes on where it was, by reading the
 * session again and passing over what is there.
 */
import { messageOf } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Database, Platform } from '../platform.ts'
import type { PastMessage, SessionInfo, Sessions } from '../sessions/index.ts'
import { fingerprintText } from './fingerprint.ts'
import { keepLong } from './long-message.ts'
import type { OldHome } from './old-home.ts'
import { mergedMeta, readCatalogue, readMeta, type SessionMeta } from './session-meta.ts'
import { type SegmentFile, sessionsIn } from './session-names.ts'
import { LINE_LIMIT, readSession, type SegmentReport } from './session-reader.ts'
import { type ImportSession, type ItemStatus, itemAt, putItem } from './tables.ts'

export interface SessionImportDeps {
  db: Database
  sessions: Sessions
  /** The gateway's home: messages too long for the database are kept there. */
  home: Files
  now: () => number
  fault?: Platform['fault']
  /** Messages that a session with a summary keeps in its context. */
  keep: () => number
  /** Bytes of a line; default 32 MiB. */
  lineLimit?: number
}

/** Where the session files are, as items name them. */
export const SESSION_FOLDER = 'agents/main/sessions'
/** What the earlier program had in its context after a start: its last two segments. */
const WORKING_SET = 400
const KINDS: readonly string[] = ['cron', 'subagent', 'hook', 'main', 'other'] satisfies Array<SessionInfo['kind']>

/**
 * Registers every session of the folder: those never seen become `pending`, those whose files changed since are read
 * again. A key that this home uses already is imported under a name of its own. Returns the keys to be read, most recently
 * used first.
 */
export async function registerSessions(deps: SessionImportDeps, source: OldHome): Promise<string[]> {
  if (!source.sessions) return []
  const stats = new Map<string, { size: number; version: string; mtime: number }>()
  for await (const stat of source.sessions.list('')) if (stat.kind === 'file') stats.set(stat.path, stat)
  const catalogue = await readCatalogue(source.sessions)
  const found = sessionsIn([...stats.keys()])
  const keys = new Set(found.map(({ key }) => key))
  for (const [key, { summary }] of catalogue) {
    if (summary && !keys.has(key)) found.push({ key, segments: [], meta: null })
  }
  const sessions: Registered[] = []
  for (const { key, segments, meta } of found) {
    const own = meta === null ? null : await readMeta(source.sessions, meta)
    const merged = mergedMeta(own, catalogue.get(key))
    const touched = Math.max(0, ...segments.map(({ name }) => Math.trunc(stats.get(name)!.mtime)))
    const fresh = segments.some(({ name }) => {
      const before = itemAt(deps.db, source.id, `${SESSION_FOLDER}/${name}`)
      const now = stats.get(name)!
      return before?.size !== now.size || before.version !== now.version
    })
    sessions.push({ key, segments, meta: merged, changedAt: merged.updatedAt ?? (touched || deps.now()), fresh })
  }
  return deps.db
    .transaction(() => sessions.filter((session) => register(deps, source.id, session)))
    .sort((a, b) => b.changedAt - a.changedAt)
    .map(({ key }) => key)
}

/** A session of the folder as it is now. */
interface Registered {
  key: string
  segments: SegmentFile[]
  meta: SessionMeta
  /** ms since the epoch. */
  changedAt: number
  /** Some file is not the one that was imported. */
  fresh: boolean
}

/** True when the session has to be read. */
function register(
  deps: SessionImportDeps,
  source: string,
  { key, segments, meta, changedAt, fresh }: Registered,
): boolean {
  const { db, sessions } = deps
  const known = sessionRow(db, source, key)
  if (known && known.state !== 'pending' && !fresh) return false
  if (known) {
    db.query(
      `UPDATE import_session SET files = ?, note = NULL,
         state = CASE WHEN state = 'failed' OR messages = 0 THEN 'pending' ELSE state END WHERE source = ? AND key = ?`,
      JSON.stringify(segments),
      source,
      key,
    )
    return true
  }
  const name = freeKey(db, sessions, key)
  db.query(
    `INSERT INTO import_session (source, key, session, state, files, meta, note, changed_at)
     VALUES (?, ?, ?, 'pending', ?, ?, ?, ?)`,
    source,
    key,
    sessions.open(name, changedAt),
    JSON.stringify(segments),
    JSON.stringify(meta),
    name === key ? null : `this home has a session '${key}' of its own: imported as '${name}'`,
    changedAt,
  )
  return true
}

/** The key itself when nobody has said anything under it here, else one beside it. */
function freeKey(db: Database, sessions: Sessions, key: string): string {
  for (let i = 0; ; i++) {
    const name = i === 0 ? key : `${key} (imported${i === 1 ? '' : ` ${i}`})`
    const state = sessions.state(name)
    if (!state) return name
    const taken = db.query('SELECT 1 FROM import_session WHERE session = ? LIMIT 1', state.id).length > 0
    if (state.lastSeq === 0 && !taken) return name
  }
}

/** The row of a session; null when it was never registered. */
export function sessionRow(db: Database, source: string, key: string): ImportSession | null {
  return db.query<ImportSession>('SELECT * FROM import_session WHERE source = ? AND key = ?', source, key)[0] ?? null
}

/**
 * Imports what is new of one session, batch by batch: yields after each, so that the caller decides when the next one
 * runs. A session that cannot be read is `failed` with a note, and keeps what was imported; it never throws.
 */
export async function* importSession(deps: SessionImportDeps, source: OldHome, key: string): AsyncGenerator<void> {
  try {
    yield* importMessages(deps, source, key)
  } catch (error) {
    setState(deps.db, source.id, key, 'failed', `could not be read: ${messageOf(error)}`)
  }
}

async function* importMessages(deps: SessionImportDeps, source: OldHome, key: string): AsyncGenerator<void> {
  const { db, sessions, fault, home } = deps
  const row = sessionRow(db, source.id, key)!
  const segments = JSON.parse(row.files) as SegmentFile[]
  const reports: SegmentReport[] = []
  const missing: string[] = []
  let done = row.messages
  let passed = 0
  const parts = readSession(source.sessions!, segments, {
    lineLimit: deps.lineLimit ?? LINE_LIMIT,
    sha256: source.sha256,
    keepLong: (message) => keepLong(home, message),
  })
  for await (const part of parts) {
    if ('segment' in part) reports.push(part.segment)
    else if ('missing' in part) missing.push(part.missing)
    else {
      const fresh = part.messages.slice(Math.min(Math.max(0, done - passed), part.messages.length))
      const known = part.messages.length - fresh.length
      passed += known
      if (known > 0 && passed === row.messages && tailOf(part.messages[known - 1]!) !== row.tail) {
        // Numbers cannot say where such a source goes on; what is here stays as it is.
        throw new Error('its files are not the ones that were imported before; nothing was added')
      }
      if (fresh.length > 0) {
        passed += fresh.length
        done = passed
        db.transaction(() => {
          sessions.appendPast(row.session, fresh)
          db.query(
            'UPDATE import_session SET messages = ?, tail = ? WHERE source = ? AND key = ?',
            done,
            tailOf(fresh.at(-1)!),
            source.id,
            key,
          )
        })
        fault?.('import-batch')
      }
    }
    yield
  }
  if (passed < row.messages) throw new Error('its files hold less than was imported before; nothing was added')
  db.transaction(() => {
    for (const report of reports) putSegment(deps, source.id, report, 'imported', row.note)
    for (const name of missing) {
      const report = { name, size: 0, version: '', sha256: null, counts: {} }
      putSegment(deps, source.id, report, 'failed', 'the file went away while its session was read')
    }
    if (row.state === 'pending') adopt(deps, row, segments, reports)
    setState(db, source.id, key, 'done', row.note)
  })
}

function adopt(deps: SessionImportDeps, row: ImportSession, segments: SegmentFile[], reports: SegmentReport[]): void {
  const meta = JSON.parse(row.meta) as SessionMeta
  const recent = segments.slice(-2).map(({ name }) => name)
  const inRecent = reports
    .filter(({ name }) => recent.includes(name))
    .reduce((sum, { counts }) => sum + (counts.messages ?? 0), 0)
  // The summary covers all but what came since the last compaction; without one the last segments are all there was.
  const keep = Math.min(WORKING_SET, meta.summary ? deps.keep() : Math.max(inRecent, 1))
  deps.sessions.adoptPast(row.session, {
    ...(meta.kind && KINDS.includes(meta.kind) && { kind: meta.kind as SessionInfo['kind'] }),
    summary: meta.summary ?? null,
    compactions: meta.compactions,
    keep,
  })
}

function putSegment(
  { db, now }: SessionImportDeps,
  source: string,
  { name, ...report }: Omit<SegmentReport, 'sha256'> & { sha256: string | null },
  status: ItemStatus,
  note: string | null,
): void {
  putItem(db, source, { path: `${SESSION_FOLDER}/${name}`, kind: 'session', status, ...report, note }, now())
}

function setState(db: Database, source: string, key: string, state: string, note: string | null): void {
  db.query('UPDATE import_session SET state = ?, note = ? WHERE source = ? AND key = ?', state, note, source, key)
}

function tailOf({ role, content, at, callId }: PastMessage): string {
  return fingerprintText(`${role}\n${at}\n${callId ?? ''}\n${content}`)
}
