/** Two hundred jobs of every kind, for the cron fault run: from every minute to once, in many zones, with each policy. */
import type { NewJob } from './cron-life.ts'

export interface PlannedJob extends NewJob {
  mayFail: boolean
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const ZONES = ['UTC', 'Europe/Rome', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo']

/** How many of each schedule. Jobs that come often are few: every turn costs the run its time. */
const SCHEDULES: ReadonlyArray<[count: number, expr: (i: number, random: () => number) => string]> = [
  [3, () => '* * * * *'],
  [3, (i) => `@every ${i + 7}m30s`],
  [5, (i) => `*/${15 + i} * * * *`],
  [14, (i) => `@every ${1 + (i % 3)}h${i * 4}m`],
  [35, (i) => `${(i * 7) % 60} ${i % 4}-23/${3 + (i % 3)} * * *`],
  [30, (i) => `${(i * 11) % 60} ${i % 6},${6 + (i % 6)},${12 + (i % 12)} * * *`],
  [60, (_, random) => `${Math.floor(random() * 60)} ${Math.floor(random() * 24)} * * *`],
  [10, (i) => ['@daily', '@midnight', '30 2 * * *', '30 1 * * *', '0 9 * * sun,mon'][i % 5]!],
]
const ONCE = 40

/** The jobs, of which the seed decides the details; `now` is when they are created. */
export function plannedJobs(now: number, random: () => number): PlannedJob[] {
  const jobs: PlannedJob[] = []
  for (const [count, expr] of SCHEDULES) {
    for (let i = 0; i < count; i++) {
      // The first two of each kind are reminders, which ask no model; so are most that come often.
      const often = expr === SCHEDULES[0]![1] || expr === SCHEDULES[1]![1]
      jobs.push(job(jobs.length, random, { expr: expr(i, random), tz: ZONES[i % ZONES.length]! }, often || i < 2))
    }
  }
  for (let i = 0; i < ONCE; i++) {
    const at = new Date(now + 10 * MINUTE + random() * 47 * HOUR).toISOString()
    jobs.push(job(jobs.length, random, { at, deleteAfterRun: i % 2 === 0 }, i % 4 < 2))
  }
  return jobs
}

function job(n: number, random: () => number, schedule: Record<string, unknown>, reminder: boolean): PlannedJob {
  const pick = random()
  const mayFail = !reminder && pick < 0.3
  const slow = !reminder && pick > 0.8
  // Some fail always, some a few times.
  const how = mayFail ? (n % 2 ? 'fail=400' : 'fail=400x3') : slow ? `first=${50 + Math.floor(random() * 250)}` : ''
  return {
    mayFail,
    request: {
      ...schedule,
      name: `job ${n}`,
      message: `k=job${n} ${how} text="done"`,
      overlap: random() < 0.3 ? 'queue' : 'skip',
      missed: random() < 0.3 ? 'skip' : 'run_once',
      ...(mayFail && n % 3 === 0 ? { retries: n % 4 } : {}),
      ...(slow && n % 2 ? { timeoutSec: 30 } : {}),
      ...(n % 5 === 0 ? { deliver: true, channel: 'telegram', to: String(n) } : {}),
    },
    special: reminder ? { kind: 'reminder' } : {},
  }
}
