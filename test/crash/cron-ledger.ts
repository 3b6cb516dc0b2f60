/** What a job's run ledger must say after any number of deaths: every slot once, each with an outcome its policy allows. */
import { nextTime, type Schedule } from '../../src/cron/schedule.ts'
import type { RunRow } from '../../src/cron/tables.ts'

/** A job as its creator knows it. */
export interface KnownJob {
  id: string
  schedule: Schedule
  /** When it was created, ms: its slots come after that. */
  createdAtMs: number
  overlap: 'skip' | 'queue'
  missed: 'skip' | 'run_once'
  /** Retries of a failed slot, and the wait before the first; the next ones take twice as long each, up to `maxMs`. */
  retries: { times: number; baseMs: number; maxMs: number }
  /** Its turns may fail; of another job only those that a crash cut off. */
  mayFail: boolean
  mayTimeOut: boolean
}

export interface Known {
  /** Slots up to this moment must be accounted for. */
  until: number
  /** Moments at which a wake-up is known to have run to its end; absent: unknown. */
  wakes?: readonly number[]
}

/** Later than this a slot was missed (`GRACE_MS` of the service). */
const GRACE_MS = 90_000
const UNSTARTED = new Set(['missed', 'skipped'])
const FAILED = new Set(['error', 'timeout'])

/** Everything that is wrong with a ledger, one line each. `rows` are those of the job, in any order. */
export function ledgerProblems(job: KnownJob, rows: readonly RunRow[], known: Known): string[] {
  const sorted = rows.toSorted((a, b) => a.slot - b.slot || a.attempt - b.attempt)
  return [
    ...slotProblems(job, sorted, known.until),
    ...sorted.flatMap((row) => rowProblems(job, row, sorted)),
    ...sorted.flatMap((row) => retryProblems(job, row, sorted, known)),
  ].map((problem) => `${job.id} (${job.schedule.expr ?? 'at'}): ${problem}`)
}

/** How many slots the rows account for. */
export function slotsIn(rows: readonly RunRow[]): number {
  return rows.reduce((sum, row) => sum + (row.attempt === 1 && row.trigger === 'schedule' ? row.slots : 0), 0)
}

/** The scheduled rows, in order, are the slots of the schedule: none left out, none that is not one. */
function slotProblems(job: KnownJob, rows: readonly RunRow[], until: number): string[] {
  const problems: string[] = []
  let due = nextTime(job.schedule, job.createdAtMs, job.createdAtMs)
  for (const row of rows.filter(({ trigger }) => trigger === 'schedule')) {
    if (row.slot !== due) problems.push(`${time(row.slot)} is recorded where ${time(due)} was due`)
    due = after(job, row, row.slots)
  }
  if (due !== null && due <= until) problems.push(`nothing says what became of ${time(due)}`)
  return problems
}

/** One row for itself: it has ended, in a way its policy allows. */
function rowProblems(job: KnownJob, row: RunRow, rows: readonly RunRow[]): string[] {
  const problem = (text: string) => [`${time(row.slot)} attempt ${row.attempt} ${row.state}: ${text}`]
  if (row.finished_at === null) return problem('it has not ended')
  if (UNSTARTED.has(row.state) !== (row.turn === null)) return problem(`its turn is ${row.turn}`)
  if (row.started_at !== null && row.started_at < row.slot) return problem('it was started before its time')
  switch (row.state) {
    case 'ok':
      return row.error === null ? [] : problem(`it has the error ${row.error}`)
    case 'error':
      return job.mayFail || /interrupted/.test(row.error ?? '') ? [] : problem(`${row.error}`)
    case 'timeout':
      return job.mayTimeOut ? [] : problem('it has no time limit')
    case 'skipped': {
      const open = rows.filter(
        (other) => other.slot < row.slot && !UNSTARTED.has(other.state) && other.finished_at! >= row.finished_at!,
      )
      // One run may wait; the next one finds it still waiting.
      const inTheWay = job.overlap === 'skip' ? open : open.filter(({ started_at }) => started_at! >= row.finished_at!)
      return inTheWay.length > 0 ? [] : problem('no earlier run was in its way')
    }
    case 'missed':
      return missedProblems(job, row).flatMap(problem)
    default:
      return problem('nobody did that')
  }
}

/** Of the slots that passed, all but the last are missed; the last one is, when it is late and the policy says so. */
function missedProblems(job: KnownJob, row: RunRow): string[] {
  const noticed = row.finished_at!
  const last = row.slots === 1 ? row.slot : after(job, row, row.slots - 1)!
  const next = after(job, row, row.slots)
  if (last > noticed) return ['it was missed before it came']
  if (next !== null && next <= noticed) {
    const left = nextTime(job.schedule, next, job.createdAtMs)
    return left !== null && left <= noticed ? ['more than one slot was left for the policy'] : []
  }
  if (job.missed === 'run_once') return ['the last one was to run']
  return row.slots === 1 && noticed - last > GRACE_MS ? [] : ['it was in time']
}

/** Attempts follow each other, after the wait, and stop for a reason. */
function retryProblems(job: KnownJob, row: RunRow, rows: readonly RunRow[], { until, wakes }: Known): string[] {
  const problem = (text: string) => [`${time(row.slot)} attempt ${row.attempt}: ${text}`]
  const { times, baseMs, maxMs } = job.retries
  const wait = (attempt: number) => Math.min(baseMs * 2 ** (attempt - 1), maxMs)
  if (row.attempt > 1) {
    const before = rows.find(({ slot, attempt }) => slot === row.slot && attempt === row.attempt - 1)
    if (row.trigger !== 'retry' || !before || !FAILED.has(before.state)) return problem('nothing had failed before')
    if (row.attempt > times + 1) return problem('one too many')
    const earliest = before.finished_at! + wait(before.attempt)
    if ((row.started_at ?? row.finished_at!) < earliest) return problem('it did not wait')
  }
  if (!FAILED.has(row.state) || row.attempt > times) return []
  if (rows.some(({ slot, attempt }) => slot === row.slot && attempt === row.attempt + 1)) return []
  const due = row.finished_at! + wait(row.attempt)
  const next = nextTime(job.schedule, row.finished_at!, job.createdAtMs) ?? Number.POSITIVE_INFINITY
  const overtaken = rows.some(
    ({ slot, state, trigger, finished_at }) =>
      trigger === 'schedule' &&
      slot > row.slot &&
      slot <= row.finished_at! &&
      // One that was due but not yet looked at counts too, whatever became of it then.
      (!UNSTARTED.has(state) || finished_at! >= row.finished_at!),
  )
  if (due > until || next <= due || overtaken) return []
  // Woken only when the next slot was due too, it leaves the field to that.
  const chance = wakes ? wakes.some((at) => at >= due && at < next) : next > until
  return chance ? problem(`it was not tried again at ${time(due)}`) : []
}

/** The slot `n` after a row's own. */
function after(job: KnownJob, row: RunRow, n: number): number | null {
  let at: number | null = row.slot
  for (let i = 0; i < n && at !== null; i++) at = nextTime(job.schedule, at, job.createdAtMs)
  return at
}

function time(at: number | null): string {
  return at === null ? 'nothing' : new Date(at).toISOString()
}
