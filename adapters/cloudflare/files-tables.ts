/**
 * The tables of the `files` port on the edge, and the tree of names in them (files-and-shell.md section 3).
 *
 * A content never changes, a name does: a write puts chunks (and, when large, an R2 object) under a fresh `blob` and then
 * points the row at it. `file_trash` lists the contents that no row points at: being written, or waiting to be deleted.
 */
import type { Migrations } from '../../src/db/index.ts'
import { FileError, type FileStat, splitPath } from '../../src/files/index.ts'
import type { Database } from '../../src/platform.ts'

/** For `migrate`; `openSqlFiles` runs it itself. */
export const filesMigrations: Migrations = {
  room: 'files',
  steps: [
    `CREATE TABLE file (
       path TEXT PRIMARY KEY,
       parent TEXT NOT NULL,
       dir INTEGER NOT NULL,
       size INTEGER NOT NULL,
       mtime INTEGER NOT NULL,
       blob INTEGER,
       r2 TEXT,
       r2size INTEGER NOT NULL DEFAULT 0
     ) WITHOUT ROWID;
     CREATE INDEX file_parent ON file (parent, path);
     CREATE TABLE file_chunk (
       blob INTEGER NOT NULL,
       off INTEGER NOT NULL,
       data BLOB NOT NULL,
       UNIQUE (blob, off)
     );
     CREATE TABLE file_trash (
       blob INTEGER PRIMARY KEY,
       r2 TEXT
     );`,
  ],
}

/** The bytes a file has: first `r2size` bytes in the R2 object, then chunks from that offset. */
export interface Content {
  blob: number
  size: number
  r2: string | null
  r2size: number
}

export interface FileRow extends Content {
  path: string
  dir: 0
  mtime: number
}

export interface FolderRow {
  path: string
  dir: 1
  size: 0
  mtime: number
  blob: null
}

export type Row = FileRow | FolderRow

const COLUMNS = 'path, dir, size, mtime, blob, r2, r2size'
/** Rows fetched at once by a listing. */
const PAGE = 500

/** The row of a cleaned path; the root has none. */
export function findRow(db: Database, path: string): Row | undefined {
  return db.query<Row>(`SELECT ${COLUMNS} FROM file WHERE path = ?`, path)[0]
}

/** The row of a file; else `ENOENT`, `EISDIR`, or `ENOTDIR` when something above it is a file. */
export function fileRow(db: Database, path: string): FileRow {
  const row = path === '' ? undefined : findRow(db, path)
  if (row?.dir === 0) return row
  if (row || path === '') throw new FileError('EISDIR', path)
  throw missing(db, path)
}

/** `ENOENT`, or `ENOTDIR` when something above the path is a file. */
export function missing(db: Database, path: string): FileError {
  for (let [above] = splitPath(path); above !== ''; [above] = splitPath(above)) {
    if (findRow(db, above)?.dir === 0) return new FileError('ENOTDIR', path)
  }
  return new FileError('ENOENT', path)
}

export function toStat(row: Row): FileStat {
  if (row.dir) return { path: row.path, kind: 'dir', size: 0, mtime: row.mtime, version: `d-${row.mtime.toString(36)}` }
  const version = `${row.blob.toString(36)}-${row.size.toString(36)}`
  return { path: row.path, kind: 'file', size: row.size, mtime: row.mtime, version }
}

/** Makes the folder rows of a path and all above it. `EEXIST` when the path itself is a file, `ENOTDIR` above. */
export function makeFolders(db: Database, path: string, now: number): void {
  const wanted: string[] = []
  for (let at = path; at !== ''; [at] = splitPath(at)) {
    const row = findRow(db, at)
    if (row?.dir === 0) throw new FileError(at === path ? 'EEXIST' : 'ENOTDIR', path)
    if (row) break
    wanted.push(at)
  }
  for (const at of wanted.reverse()) {
    db.query('INSERT INTO file (path, parent, dir, size, mtime) VALUES (?, ?, 1, 0, ?)', at, splitPath(at)[0], now)
  }
}

/** Makes the folders above a path; `ENOTDIR` when one of them is a file. */
export function makeParents(db: Database, path: string, now: number): void {
  try {
    makeFolders(db, splitPath(path)[0], now)
  } catch (error) {
    throw error instanceof FileError ? new FileError('ENOTDIR', path) : error
  }
}

/** Points the name at a content; its parents exist. */
export function putFile(db: Database, path: string, content: Content, mtime: number): FileRow {
  const { blob, size, r2, r2size } = content
  db.query(
    `INSERT INTO file (path, parent, dir, size, mtime, blob, r2, r2size) VALUES (?, ?, 0, ?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime, blob = excluded.blob,
       r2 = excluded.r2, r2size = excluded.r2size`,
    path,
    splitPath(path)[0],
    size,
    mtime,
    blob,
    r2,
    r2size,
  )
  return { path, dir: 0, mtime, ...content }
}

/** The files below a folder, without the folders. */
export function contentsBelow(db: Database, path: string): Content[] {
  return db.query<Content>(`SELECT ${COLUMNS} FROM file WHERE path > ? AND path < ? AND dir = 0`, ...below(path))
}

export function isEmptyFolder(db: Database, path: string): boolean {
  return db.query('SELECT 1 FROM file WHERE parent = ? LIMIT 1', path).length === 0
}

/** Removes the row and all below it; the contents are the caller's to drop. */
export function deleteRows(db: Database, path: string): void {
  db.query('DELETE FROM file WHERE path = ?', path)
  db.query('DELETE FROM file WHERE path > ? AND path < ?', ...below(path))
}

/** Moves the row and all below it; nothing is at the new path, and its parents exist. */
export function moveRows(db: Database, from: string, to: string): void {
  // Lengths are taken in SQL: it counts code points where JavaScript counts UTF-16 units.
  db.query(
    `UPDATE file SET path = ?2 || substr(path, length(?1) + 1), parent = ?2 || substr(parent, length(?1) + 1)
     WHERE path > ?3 AND path < ?4`,
    from,
    to,
    ...below(from),
  )
  db.query('UPDATE file SET path = ?, parent = ? WHERE path = ?', to, splitPath(to)[0], from)
}

/** The entries of a folder in the order of their paths, fetched page by page. */
export function* rowsOf(db: Database, path: string, recursive: boolean): Generator<Row> {
  // In a tree of names everything below `a` lies between `a/` and `a0`, since `0` follows `/`.
  const [low, high] = path === '' ? ['', null] : below(path)
  const where = recursive ? 'path > ? AND (?2 IS NULL OR path < ?2)' : 'path > ? AND parent = ?2'
  const sql = `SELECT ${COLUMNS} FROM file WHERE ${where} ORDER BY path LIMIT ${PAGE}`
  for (let last = low; ; ) {
    const page = db.query<Row>(sql, last, recursive ? high : path)
    yield* page
    if (page.length < PAGE) return
    last = page.at(-1)!.path
  }
}

function below(path: string): [low: string, high: string] {
  return [`${path}/`, `${path}0`]
}
