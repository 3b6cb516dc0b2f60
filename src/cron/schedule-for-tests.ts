/** For this room's tests: a schedule over a real database and the real turn engine, on a clock that the test moves. */
import { chatMigrations, type Runner, TurnEngine } from '../chat/index.ts'
import { migrate } from '../db/index.ts'
import type { Database, Platform } from '../platform.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { Sessions, sessionMigrations } from '../sessions/index.ts'
import { CronService, type CronSettings } from './service.ts'
import { cronMigrations, type RunRow } from './tables.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export interface ScheduleForTests {
  cron: CronService
  engine: TurnEngine
  agenda: Agenda
  sessions: Sessions
  settings: CronSettings
  now(): number
  /** Moves the clock before the alarm can ring. */
  moves(ms: number): void
  /** Moves the clock; everything that comes due on the way runs at its own time, and turns that can end do. */
  passes(ms: number): Promise<void>
  /** Moves the clock at once, as a machine that slept: what is due is looked at afterwards. */
  sleeps(ms: number): Promise<void>
  /** Another life over the same database, at the same time; this one hears and does nothing more. */
  restarts(runner?: Runner): ScheduleForTests
  /** Scheduled time as minutes after the start, attempt and state of a job's runs, oldest first. */
  ledger(id: string): Array<[minute: number, attempt: number, state: RunRow['state'], slots: number]>
}

/** A turn whose agent says `ok` at once. */
export const answers: Runner = async (run) => run.end('done', null, 'ok')

/** A runner whose turns end when the test says so. */
export function gated(): { runner: Runner; waiting: Array<(failure?: string) => void> } {
  const waiting: Array<(failure?: string) => void> = []
  const runner: Runner = async (run) => {
    const failure = await new Promise<string | undefined>((resolve, reject) => {
      waiting.push(resolve)
      run.signal.addEventListener('abort', () => reject(new Error('aborted')))
    })
    if (failure) throw new Error(failure)
    run.end('done', null, 'ok')
  }
  return { runner, waiting }
}

/** Opens a schedule in a new database at `start`, ms since the epoch. */
export function openSchedule(
  db: Database,
  start: number,
  runner: Runner = answers,
  admit: () => void = () => {},
): ScheduleForTests {
  migrate(db, [scheduleMigrations, sessionMigrations, chatMigrations, cronMigrations])
  return life({ db, clock: { now: start }, start, admit }, runner)
}

interface World {
  db: Database
  clock: { now: number }
  start: number
  /** Refuses turns by throwing. */
  admit: () => void
}

function life(world: World, runner: Runner): ScheduleForTests {
  const { db, clock, start } = world
  const now = () => clock.now
  let alarm: number | null = null
  let dead = false
  const platform = {
    db,
    now,
    background: (work: Promise<unknown>) => void work.catch(() => {}),
    alarm: {
      set: (at: number | null) => {
        alarm = at
      },
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  } as unknown as Platform
  const sessions = new Sessions({ db, now })
  const agenda = new Agenda(platform)
  const engine = new TurnEngine({
    platform,
    sessions,
    agenda,
    admit: world.admit,
    runner: (run) => (dead ? new Promise<never>(() => {}) : runner(run)),
  })
  const settings: CronSettings = {
    retry_backoff_base_sec: 30,
    retry_backoff_max_sec: 1800,
    max_consecutive_failure_retries: 5,
    max_workers: 4,
  }
  const cron = new CronService({
    ...{ db, agenda, engine, now, log: platform.log, settings: () => settings },
    deliver: (job, run) => (job.payload.deliver ? `sent ${run.slot}` : null),
    publish: () => {},
  })
  /** Turns end in microtasks of their own. */
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve))
  const wake = async () => {
    while (alarm !== null && alarm <= clock.now) {
      await agenda.wake()
      await settle()
    }
  }
  engine.recover()
  cron.recover()
  return {
    ...{ cron, engine, agenda, sessions, settings, now },
    moves(ms) {
      clock.now += ms
    },
    async passes(ms) {
      const until = clock.now + ms
      for (await settle(); alarm !== null && alarm <= until; ) {
        clock.now = Math.max(clock.now, alarm)
        await wake()
      }
      clock.now = until
    },
    async sleeps(ms) {
      await settle() // the alarm is set in a microtask
      clock.now += ms
      await wake()
      await settle()
    },
    restarts(next = runner) {
      dead = true
      return life(world, next)
    },
    ledger: (id) =>
      cron
        .runs(id, 200)
        .reverse()
        .map(({ slot, attempt, state, slots }) => [(slot - start) / MINUTE, attempt, state, slots]),
  }
}
