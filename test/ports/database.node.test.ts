import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { testDatabase } from './database.ts'

const folder = mkdtempSync(join(tmpdir(), 'gateway-db-'))
let opened = 0
const fresh = () => join(folder, `${++opened}.db`)

afterAll(() => rmSync(folder, { recursive: true }))

testDatabase('node:sqlite', async (work) => {
  const db = nodeDatabase(fresh())
  try {
    await work(db)
  } finally {
    db.close()
  }
})

describe('nodeDatabase', () => {
  it('keeps the file private, in WAL mode, synced at every commit', () => {
    const path = fresh()
    const db = nodeDatabase(path)
    expect(db.query('PRAGMA journal_mode')[0]!.journal_mode).toBe('wal')
    expect(db.query('PRAGMA synchronous')[0]!.synchronous).toBe(2)
    db.query('CREATE TABLE t (a)')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
    db.close()
  })

  it('finds what it wrote after closing, and closes twice without harm', () => {
    const path = fresh()
    const db = nodeDatabase(path)
    db.query('CREATE TABLE t (a)')
    db.query('INSERT INTO t VALUES (42)')
    db.close()
    db.close()
    const again = nodeDatabase(path)
    expect(again.query('SELECT a FROM t')[0]!.a).toBe(42)
    again.close()
  })

  it('goes on after the schema changed under a cached statement', () => {
    const db = nodeDatabase(':memory:')
    db.query('CREATE TABLE t (a)')
    db.query('INSERT INTO t VALUES (1)')
    expect({ ...db.query('SELECT * FROM t')[0] }).toEqual({ a: 1 })
    db.query('ALTER TABLE t ADD COLUMN b DEFAULT 2')
    expect({ ...db.query('SELECT * FROM t')[0] }).toEqual({ a: 1, b: 2 })
    db.close()
  })

  it('says what is wrong with a file that is no database, without its path', () => {
    const path = fresh()
    writeFileSync(path, 'this is certainly not a database, although it is long enough to look like one'.repeat(20))
    expect(() => nodeDatabase(path)).toThrow(/could not be opened: file is not a database$/)
    expect(() => nodeDatabase(join(folder, 'missing', 'x.db'))).toThrow(/no such file or directory$/)
  })
})
