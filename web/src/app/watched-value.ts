/** A value outside of React that components watch: the theme, the language, the connection. */
import { useSyncExternalStore } from 'react'

export interface WatchedValue<T> {
  get(): T
  /** Tells the watchers, unless it is the same value. */
  set(value: T): void
  /** Returns what ends the watch. */
  watch(listener: () => void): () => void
  /** The value in a component, which renders again when it changes. */
  use(): T
}

/** Makes a watched value. */
export function watchedValue<T>(initial: T): WatchedValue<T> {
  let current = initial
  const listeners = new Set<() => void>()
  const watch = (listener: () => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const get = () => current
  return {
    get,
    set(value) {
      if (Object.is(value, current)) return
      current = value
      for (const listener of [...listeners]) listener()
    },
    watch,
    use: () => useSyncExternalStore(watch, get),
  }
}
