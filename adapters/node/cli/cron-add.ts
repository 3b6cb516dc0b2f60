/** The options of `clawgo cron add`, read into a request of `/api/cron`. */
import { CliError } from './failure.ts'

export interface AddOptions {
  name?: string
  message?: string
  every?: string
  cron?: string
  tz?: string
  at?: string
  deliver?: boolean
  channel?: string
  to?: string
}

/** The request to create the job; throws what is missing. The gateway checks the schedule itself. */
export function addJob(options: AddOptions): Record<string, unknown> {
  const { name, message, every, cron, tz, at, deliver, channel, to } = options
  if (!name?.trim()) throw wrong('--name is required')
  if (!message?.trim()) throw wrong('--message is required')
  const given = [every, cron, at].filter((one) => one !== undefined)
  if (given.length === 0) throw wrong('Either --every or --cron must be specified', 'Or --at, for one time.')
  if (given.length > 1) throw wrong('Only one of --every, --cron and --at can be specified')
  if (tz !== undefined && cron === undefined) throw wrong('--tz goes with --cron')
  if (deliver && !(channel && to)) throw wrong('--deliver needs --channel and --to')
  return {
    name,
    message,
    ...(every === undefined ? {} : { kind: 'every', everyMs: secondsIn(every) * 1000 }),
    ...(cron === undefined ? {} : { expr: cron, ...(tz === undefined ? {} : { tz }) }),
    ...(at === undefined ? {} : { at: momentIn(at) }),
    ...(deliver ? { deliver } : {}),
    ...(channel === undefined ? {} : { channel }),
    ...(to === undefined ? {} : { to }),
  }
}

function secondsIn(text: string): number {
  const seconds = Number(text)
  if (!Number.isSafeInteger(seconds) || seconds < 1) throw wrong(`--every is a number of seconds, not ${text}`)
  return seconds
}

/** A time without a zone is one of this terminal's clock. */
function momentIn(text: string): string {
  const at = new Date(text.trim().replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T'))
  if (Number.isNaN(at.getTime())) throw wrong(`--at is no time: ${text}`, 'Write it as "2026-03-01 09:00".')
  return at.toISOString()
}

function wrong(message: string, next?: string): CliError {
  return new CliError(message, { exitCode: 2, ...(next ? { next } : {}) })
}
