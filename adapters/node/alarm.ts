/** The `alarm` port on Node: a timer. */
import { messageOf } from '../../src/errors.ts'
import type { Alarm, Log } from '../../src/platform.ts'

export interface NodeAlarm extends Alarm {
  /** Connects the alarm and rings at once: what was set before a restart may be overdue, and only the agenda knows. */
  start(wake: () => Promise<void>): Promise<void>
  /** No ring begins after this; resolves when the one under way has ended. */
  close(): Promise<void>
}

/** A laptop's sleep stops timers but not clocks, so the time is looked at again this often. */
const LOOK_MS = 30_000
/** After a failed wake-up: 1 s, doubling to a minute. */
const RETRY_MS = 1000
const RETRY_MAX_MS = 60_000

/**
 * A timer without a table of its own. Surviving a restart needs none: `start` always wakes the gateway, which is no later
 * than any time set before, and the gateway's agenda sets the alarm anew.
 */
export function nodeAlarm(now: () => number, log: Pick<Log, 'error'>): NodeAlarm {
  let at: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let ringing: Promise<void> | undefined
  let wake: (() => Promise<void>) | undefined
  let failures = 0
  let closed = false

  const arm = () => {
    clearTimeout(timer)
    if (closed || at === null || !wake || ringing) return
    timer = setTimeout(look, Math.min(Math.max(at - now(), 0), LOOK_MS))
    timer.unref()
  }
  const look = () => {
    if (at !== null && at > now()) return arm()
    void ring()
  }
  const ring = () => {
    at = null
    // One at a time: a wake-up that takes long is followed by the next, never joined by it. It begins in a microtask, when
    // `ringing` is set, or a time set by its first line would start a second one.
    ringing = Promise.resolve()
      .then(wake)
      .then(
        () => {
          failures = 0
        },
        (error) => {
          log.error('the wake-up failed and will be repeated', { error: messageOf(error) })
          const retry = now() + Math.min(RETRY_MS * 2 ** failures++, RETRY_MAX_MS)
          at = at === null ? retry : Math.min(at, retry)
        },
      )
      .finally(() => {
        ringing = undefined
        arm()
      })
    return ringing
  }

  return {
    set(time) {
      at = time
      arm()
    },
    start(handler) {
      wake = handler
      clearTimeout(timer)
      return ring()
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await ringing
    },
  }
}
