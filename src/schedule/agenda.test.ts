import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { migrate } from '../db/index.ts'
import { Agenda, scheduleMigrations } from './index.ts'

let folder: string
let db: ReturnType<typeof nodeDatabase>
let alarm: number | null
let now: number
let agenda: Agenda
const errors: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agenda-'))
  db = nodeDatabase(join(folder, 'gateway.db'))
  migrate(db, [scheduleMigrations])
  ;[alarm, now] = [null, 1000]
  const log = { debug() {}, info() {}, warn() {}, error: (message: string) => void errors.push(message) }
  agenda = new Agenda({
    db,
    now: () => now,
    log,
    alarm: {
      set(at) {
        alarm = at
      },
    },
  })
})
afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

it('keeps the alarm at the earliest entry', async () => {
  agenda.at('a', 'x', 5000)
  agenda.at('a', 'y', 3000)
  await Promise.resolve()
  expect(alarm).toBe(3000)
  agenda.cancel('a', 'y')
  await Promise.resolve()
  expect(alarm).toBe(5000)
  agenda.at('a', 'x', 9000)
  await Promise.resolve()
  expect(alarm).toBe(9000)
})

it('goes by the rows that are there after a transaction was rolled back', async () => {
  agenda.at('a', 'x', 5000)
  await Promise.resolve()
  expect(() =>
    db.transaction(() => {
      agenda.cancel('a', 'x')
      throw new Error('no')
    }),
  ).toThrow('no')
  await Promise.resolve()
  expect(alarm).toBe(5000)
})

it('runs what is due, keeps what a clock sets anew, and tries again what failed', async () => {
  const ran: string[] = []
  agenda.on('again', (key, due) => {
    ran.push(key)
    agenda.at('again', key, due + 60_000)
  })
  agenda.on('fails', () => {
    throw new Error('not now')
  })
  agenda.at('again', 'x', 900)
  agenda.at('fails', 'y', 950)
  agenda.at('again', 'later', 2000)
  await agenda.wake()
  await Promise.resolve()
  expect(ran).toEqual(['x'])
  expect([agenda.due('again', 'x'), agenda.due('fails', 'y'), agenda.due('again', 'later')]).toEqual([
    60_900, 31_000, 2000,
  ])
  expect(alarm).toBe(2000)
  expect(errors).toEqual(['scheduled work failed'])
})
