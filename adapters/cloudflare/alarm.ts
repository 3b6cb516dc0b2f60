/** The `alarm` port on a Durable Object: the object's own alarm, which brings it back from eviction. */
import type { Alarm } from '../../src/platform.ts'

export interface ObjectAlarm extends Alarm {
  /** To be called when the runtime's alarm handler begins: the stored time is gone then. */
  rang(): void
}

/**
 * The last time set in one synchronous stretch is stored, once, and only when it differs from the stored one: each change
 * is a billed row. Stored after the stretch, so that a transaction that rolls back cannot take the alarm with it.
 */
export function objectAlarm(storage: DurableObjectStorage): ObjectAlarm {
  // Unknown until it was set once in this life of the object.
  let stored: number | null | undefined
  let wanted: number | null = null
  let queued = false

  const store = () => {
    queued = false
    if (wanted === stored) return
    stored = wanted
    // Not awaited: the object's output gate holds back whatever is sent until the write is durable.
    const written = wanted === null ? storage.deleteAlarm() : storage.setAlarm(wanted)
    written.catch(() => {
      stored = undefined
    })
  }
  return {
    set(at) {
      wanted = at === null ? null : Math.ceil(at)
      if (queued) return
      queued = true
      queueMicrotask(store)
    },
    rang() {
      stored = null
    },
  }
}
