/** What every `Database` promises (src/platform.ts). Each adapter's test calls it. */
import { describe, expect, it } from 'vitest'
import type { Database, SqlValue } from '../../src/platform.ts'

/** Runs `work` on a fresh, empty database. */
export type UseDatabase = (work: (db: Database) => void | Promise<void>) => Promise<void>

export function testDatabase(name: string, use: UseDatabase): void {
  describe(`database port: ${name}`, () => {
    it('stores text, numbers, null and blobs and gives them back', () =>
      use((db) => {
        db.query('CREATE TABLE t (a TEXT, b INTEGER, c REAL, d, e BLOB)')
        const bytes = new Uint8Array([9, 0, 255, 10, 9]).subarray(1, 4)
        db.query('INSERT INTO t VALUES (?, ?, ?, ?, ?)', 'é\u0000😀', Number.MAX_SAFE_INTEGER, 0.5, null, bytes)
        const [row] = db.query<{ a: string; b: number; c: number; d: null; e: Uint8Array }>('SELECT * FROM t')
        expect({ ...row }).toEqual({
          a: 'é\u0000😀',
          b: Number.MAX_SAFE_INTEGER,
          c: 0.5,
          d: null,
          e: new Uint8Array([0, 255, 10]),
        })
        expect(row!.e).toBeInstanceOf(Uint8Array)
      }))

    it.each<[string, unknown, RegExp]>([
      ['a boolean', true, /parameter 2 is a boolean: write 0 or 1/],
      ['undefined', undefined, /parameter 2 is undefined: write null/],
      ['a bigint', 1n, /parameter 2 is a bigint/],
      ['an integer beyond 2^53', 2 ** 53, /parameter 2 is an integer beyond 2\^53/],
      ['NaN', Number.NaN, /parameter 2 is NaN/],
      ['an object', {}, /parameter 2 is of type object/],
    ])('refuses %s as a parameter', (_, value, message) =>
      use((db) => {
        expect(() => db.query('SELECT ? AS a, ? AS b', 1, value as SqlValue)).toThrow(message)
      }),
    )

    it('refuses more than 100 parameters and takes a list as JSON', () =>
      use((db) => {
        const list = Array.from({ length: 101 }, (_, i) => i)
        expect(() => db.query(`SELECT ${list.map(() => '?').join()}`, ...list)).toThrow(/at most 100 parameters/)
        expect(db.query('SELECT value FROM json_each(?)', JSON.stringify(list))).toHaveLength(101)
      }))

    it('throws rather than round an integer beyond 2^53', () =>
      use((db) => {
        db.query('CREATE TABLE t (a INTEGER)')
        db.query("INSERT INTO t VALUES (CAST('9007199254740993' AS INTEGER))")
        expect(() => db.query('SELECT a FROM t')).toThrow()
      }))

    it('commits what a transaction wrote and returns its result', () =>
      use((db) => {
        db.query('CREATE TABLE t (a)')
        expect(
          db.transaction(() => {
            db.query('INSERT INTO t VALUES (1)')
            return 'done'
          }),
        ).toBe('done')
        expect(count(db)).toBe(1)
      }))

    it('rolls everything back when the work throws, and rethrows', () =>
      use((db) => {
        db.query('CREATE TABLE t (a)')
        const work = () =>
          db.transaction(() => {
            db.query('INSERT INTO t VALUES (1)')
            db.transaction(() => db.query('INSERT INTO t VALUES (2)'))
            throw new Error('no')
          })
        expect(work).toThrow('no')
        expect(count(db)).toBe(0)
        db.transaction(() => db.query('INSERT INTO t VALUES (3)'))
        expect(count(db)).toBe(1)
      }))

    it('undoes only the nested part when the outer work catches its error', () =>
      use((db) => {
        db.query('CREATE TABLE t (a)')
        db.transaction(() => {
          db.query('INSERT INTO t VALUES (1)')
          const nested = () =>
            db.transaction(() => {
              db.query('INSERT INTO t VALUES (2)')
              throw new Error('inner')
            })
          expect(nested).toThrow('inner')
          db.query('INSERT INTO t VALUES (3)')
        })
        expect(db.query<{ a: number }>('SELECT a FROM t ORDER BY a').map((row) => row.a)).toEqual([1, 3])
      }))

    it('refuses asynchronous work in a transaction', () =>
      use((db) => {
        db.query('CREATE TABLE t (a)')
        const work = () => db.transaction(async () => db.query('INSERT INTO t VALUES (1)'))
        expect(work).toThrow(/promise/)
        expect(count(db)).toBe(0)
      }))

    it('has upsert, RETURNING and full text search', () =>
      use((db) => {
        db.query('CREATE TABLE t (k TEXT PRIMARY KEY, n INTEGER)')
        const bump = "INSERT INTO t VALUES ('a', 1) ON CONFLICT (k) DO UPDATE SET n = n + 1 RETURNING n"
        expect([db.query(bump), db.query(bump)].flat().map((row) => row.n)).toEqual([1, 2])
        db.query('CREATE VIRTUAL TABLE f USING fts5 (body)')
        db.query('INSERT INTO f VALUES (?)', 'a quick brown fox')
        expect(db.query("SELECT body FROM f WHERE f MATCH 'brown'")).toHaveLength(1)
      }))

    it('is as large as what is in it: room that deleted rows have left is no use of it', () =>
      use((db) => {
        db.query('CREATE TABLE t (a TEXT)')
        const empty = db.size!()
        for (let i = 0; i < 20; i++) db.query('INSERT INTO t VALUES (?)', 'x'.repeat(50_000))
        expect(db.size!()).toBeGreaterThan(empty + 900_000)
        db.query('DELETE FROM t')
        expect(db.size!()).toBeLessThan(empty + 100_000)
      }))

    it('enforces foreign keys', () =>
      use((db) => {
        db.query('CREATE TABLE p (id INTEGER PRIMARY KEY)')
        db.query('CREATE TABLE c (p INTEGER REFERENCES p (id))')
        expect(() => db.query('INSERT INTO c VALUES (7)')).toThrow(/FOREIGN KEY/i)
      }))
  })
}

function count(db: Database): number {
  return db.query<{ n: number }>('SELECT count(*) AS n FROM t')[0]!.n
}
