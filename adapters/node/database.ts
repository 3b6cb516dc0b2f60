/** The `Database` port on `node:sqlite`: WAL, and a commit is on the disk when the call returns. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { checkParameters, refusePromise } from '../../src/db/values.ts'
import { GatewayError, messageOf } from '../../src/errors.ts'
import type { Database, SqlRow, SqlValue } from '../../src/platform.ts'

/** Prepared statements kept; a gateway has some hundreds of distinct queries at most. */
const CACHED_STATEMENTS = 300
const BUSY_TIMEOUT_MS = 5000

export type NodeDatabase = Database & {
  /** Ends the connection and folds the WAL into the file. Queries after it throw. */
  close(): void
}

/**
 * Opens the database file at `path`, made with mode 0600 when missing; `:memory:` for none. Throws `GatewayError` when
 * it cannot be opened or is no database.
 */
export function nodeDatabase(path: string): NodeDatabase {
  const db = open(path)
  const statements = new Map<string, StatementSync>()
  let depth = 0

  function statement(sql: string): StatementSync {
    const found = statements.get(sql)
    const prepared = found ?? db.prepare(sql)
    // Re-inserting keeps the map in order of last use, so the first key is the one to drop.
    statements.delete(sql)
    statements.set(sql, prepared)
    if (statements.size > CACHED_STATEMENTS) statements.delete(statements.keys().next().value!)
    return prepared
  }

  return {
    query<Row extends object = SqlRow>(sql: string, ...params: SqlValue[]): Row[] {
      checkParameters(params)
      return statement(sql).all(...params) as unknown as Row[]
    },

    transaction<T>(work: () => T): T {
      // A nested call is a savepoint of the outer transaction: it commits with it, and rolls back alone when it throws.
      const nested = depth > 0
      const name = `nested_${depth}`
      db.exec(nested ? `SAVEPOINT ${name}` : 'BEGIN IMMEDIATE')
      depth++
      try {
        const result = work()
        refusePromise(result)
        db.exec(nested ? `RELEASE ${name}` : 'COMMIT')
        return result
      } catch (error) {
        // SQLite has rolled back by itself after some errors, a full disk for one.
        if (db.isOpen && db.isTransaction) db.exec(nested ? `ROLLBACK TO ${name}; RELEASE ${name}` : 'ROLLBACK')
        throw error
      } finally {
        depth--
      }
    },

    size() {
      const [pages] = statement('PRAGMA page_count').all() as Array<{ page_count: number }>
      const [free] = statement('PRAGMA freelist_count').all() as Array<{ freelist_count: number }>
      const [page] = statement('PRAGMA page_size').all() as Array<{ page_size: number }>
      // Pages that deleted rows have left are room, not use.
      return (pages!.page_count - free!.freelist_count) * page!.page_size
    },

    close() {
      statements.clear()
      if (db.isOpen) db.close()
    },
  }
}

function open(path: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    // SQLite gives its -wal and -shm files the mode of the database file.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
    db = new DatabaseSync(path)
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA foreign_keys = ON')
    return db
  } catch (error) {
    if (db?.isOpen) db.close()
    // File system errors name the absolute path after a comma; people know which home they started.
    const reason = messageOf(error).replace(/, \w+ '.*'$/, '')
    throw new GatewayError(500, 'database', `The gateway's database could not be opened: ${reason}`)
  }
}
