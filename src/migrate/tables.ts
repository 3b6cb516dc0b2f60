/** What has been moved in: runs, files, sessions and cron jobs of an earlier home (workspace-formats.md sections 3 and 4). */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'

export const importMigrations: Migrations = {
  room: 'import',
  steps: [
    `CREATE TABLE import_run (
       source TEXT PRIMARY KEY,
       state TEXT NOT NULL,
       started_at INTEGER NOT NULL,
       finished_at INTEGER) WITHOUT ROWID;
     CREATE TABLE import_item (
       source TEXT NOT NULL,
       path TEXT NOT NULL,
       kind TEXT NOT NULL,
       status TEXT NOT NULL,
       size INTEGER NOT NULL,
       version TEXT NOT NULL,
       sha256 TEXT,
       counts TEXT NOT NULL,
       note TEXT,
       at INTEGER NOT NULL,
       PRIMARY KEY (source, path)) WITHOUT ROWID;
     CREATE TABLE import_session (
       source TEXT NOT NULL,
       key TEXT NOT NULL,
       session INTEGER NOT NULL,
       state TEXT NOT NULL,
       files TEXT NOT NULL,
       meta TEXT NOT NULL,
       messages INTEGER NOT NULL DEFAULT 0,
       tail TEXT,
       note TEXT,
       changed_at INTEGER NOT NULL,
       PRIMARY KEY (source, key)) WITHOUT ROWID;
     CREATE INDEX import_session_pending ON import_session(source, changed_at) WHERE state = 'pending';
     CREATE TABLE import_cron_job (
       id TEXT PRIMARY KEY,
       source TEXT NOT NULL,
       raw TEXT NOT NULL,
       at INTEGER NOT NULL) WITHOUT ROWID;`,
  ],
}

export type ItemKind = 'session' | 'session-meta' | 'cron' | 'credential' | 'config' | 'workspace' | 'skill' | 'other'

/**
 * `imported` into the database, `copied` into this home, `present` where it belongs already, `conflict`: this home has
 * another file there and keeps it, `skipped`: not moved, the note says why, `failed`: could not be read.
 */
export type ItemStatus = 'imported' | 'copied' | 'present' | 'conflict' | 'skipped' | 'failed'

/** One file of the earlier home and what became of it. */
export interface ImportItem {
  /** Relative to the folder its kind lives in: `agents/main/sessions/...`, `workspace/...`, `auth/...`. */
  path: string
  kind: ItemKind
  status: ItemStatus
  /** Bytes. */
  size: number
  /** The file's version when it was read; a changed file has another. */
  version: string
  sha256: string | null
  /** What was found in it: messages, lines, and what was left out, by reason. */
  counts: Record<string, number>
  note: string | null
}

/** One session of the earlier home. */
export interface ImportSession {
  source: string
  key: string
  session: number
  /** `pending`: its messages are not all here, new ones wait. */
  state: 'pending' | 'done' | 'failed'
  files: string
  /** What its sidecars told, as JSON. */
  meta: string
  /** Messages imported so far. */
  messages: number
  /** Fingerprint of the last one: a source that goes on differently is noticed. */
  tail: string | null
  note: string | null
}

/** Stores what became of a file; replaces what an earlier run said. */
export function putItem(db: Database, source: string, item: ImportItem, at: number): void {
  db.query(
    `INSERT INTO import_item (source, path, kind, status, size, version, sha256, counts, note, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (source, path) DO UPDATE SET kind = excluded.kind, status = excluded.status, size = excluded.size,
       version = excluded.version, sha256 = excluded.sha256, counts = excluded.counts, note = excluded.note,
       at = excluded.at`,
    source,
    item.path,
    item.kind,
    item.status,
    item.size,
    item.version,
    item.sha256,
    JSON.stringify(item.counts),
    item.note,
    at,
  )
}

/** What an earlier run said about a file; null when none did. */
export function itemAt(db: Database, source: string, path: string): ImportItem | null {
  return items(db, 'SELECT * FROM import_item WHERE source = ? AND path = ?', source, path)[0] ?? null
}

/** Every file of a source, by path. */
export function itemsOf(db: Database, source: string): ImportItem[] {
  return items(db, 'SELECT * FROM import_item WHERE source = ? ORDER BY path', source)
}

function items(db: Database, sql: string, ...params: string[]): ImportItem[] {
  return db.query<Omit<ImportItem, 'counts'> & { counts: string }>(sql, ...params).map((row) => ({
    path: row.path,
    kind: row.kind,
    status: row.status,
    size: row.size,
    version: row.version,
    sha256: row.sha256,
    counts: JSON.parse(row.counts) as Record<string, number>,
    note: row.note,
  }))
}

/** Whether a source was moved in completely, is under way, or was never seen. */
export function runState(db: Database, source: string): 'running' | 'done' | null {
  return (
    db.query<{ state: 'running' | 'done' }>('SELECT state FROM import_run WHERE source = ?', source)[0]?.state ?? null
  )
}

/** Notes that a run begins; a run that was cut off keeps the time it began. */
export function beginRun(db: Database, source: string, at: number): void {
  db.query(
    `INSERT INTO import_run (source, state, started_at) VALUES (?, 'running', ?)
     ON CONFLICT (source) DO UPDATE SET state = 'running', finished_at = NULL,
       started_at = CASE import_run.state WHEN 'running' THEN import_run.started_at ELSE excluded.started_at END`,
    source,
    at,
  )
}

/** Notes that everything of a source is moved in; returns when the run began. */
export function endRun(db: Database, source: string, at: number): number {
  return db.query<{ started_at: number }>(
    "UPDATE import_run SET state = 'done', finished_at = ? WHERE source = ? RETURNING started_at",
    at,
    source,
  )[0]!.started_at
}
