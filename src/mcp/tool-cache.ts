/**
 * The last known tools of each server, so that a start knows them before anything is connected: on the edge, where a
 * gateway starts many times a day, most lives then need no connection at all.
 */
import type { Migrations } from '../db/index.ts'
import type { Database } from '../platform.ts'
import type { ToolInfo } from './tool-info.ts'

export const mcpMigrations: Migrations = {
  room: 'mcp',
  steps: [
    `CREATE TABLE mcp_tools (
       server TEXT PRIMARY KEY,
       settings TEXT NOT NULL,
       tools TEXT NOT NULL,
       at INTEGER NOT NULL) WITHOUT ROWID;`,
  ],
}

export interface KnownTools {
  tools: readonly ToolInfo[]
  /** When the server listed them, ms since the epoch. */
  at: number
}

/** A row may have 2 MB on the edge, and a character up to three bytes. */
const MAX_ROW = 600_000

export class ToolCache {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** What the server last listed under these settings; null when that is not known. */
  load(server: string, settings: string): KnownTools | null {
    const [row] = this.#db.query<{ tools: string; at: number }>(
      'SELECT tools, at FROM mcp_tools WHERE server = ? AND settings = ?',
      server,
      settings,
    )
    return row ? { tools: JSON.parse(row.tools) as ToolInfo[], at: row.at } : null
  }

  /** Keeps a list; one that is too long for a row is asked for again at the next start. */
  save(server: string, settings: string, { tools, at }: KnownTools): void {
    const text = JSON.stringify(tools)
    if (text.length > MAX_ROW) return
    this.#db.query(
      `INSERT INTO mcp_tools (server, settings, tools, at) VALUES (?, ?, ?, ?)
       ON CONFLICT (server) DO UPDATE SET settings = excluded.settings, tools = excluded.tools, at = excluded.at`,
      server,
      settings,
      text,
      at,
    )
  }

  /** Forgets every server that is not among `names`. */
  keepOnly(names: readonly string[]): void {
    this.#db.query('DELETE FROM mcp_tools WHERE server NOT IN (SELECT value FROM json_each(?))', JSON.stringify(names))
  }
}
