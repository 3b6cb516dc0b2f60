/**
 * The turns this page follows, by number. A view outlives the component that shows it, so that coming back to a session
 * goes on where it was, and a turn that ended keeps what was seen of it.
 */
import { useEffect } from 'react'
import { currentConnection, onReturn, probe } from '../../api/connection.ts'
import { type WatchedValue, watchedValue } from '../../app/watched-value.ts'
import { after, hasEnded, TURN_EVENTS, type TurnEvent, type TurnView, UNSEEN } from './turn-view.ts'

const FIRST_PAUSE_MS = 300
const LONGEST_PAUSE_MS = 5000

interface LiveTurn {
  view: WatchedValue<TurnView>
  /** Components that follow it now. */
  followers: number
  stop?: (() => void) | undefined
}

const turns = new Map<number, LiveTurn>()

function liveTurn(turn: number): LiveTurn {
  let live = turns.get(turn)
  if (!live) {
    live = { view: watchedValue(UNSEEN), followers: 0 }
    turns.set(turn, live)
  }
  return live
}

const NOTHING = watchedValue<TurnView>(UNSEEN)

/** What this page has seen of a turn; null when it never followed it. */
export function seenOf(turn: number): TurnView | null {
  return turns.get(turn)?.view.get() ?? null
}

/** Follows a turn as long as the component is there; `turn` null follows none. */
export function useLiveTurn(turn: number | null, onEnd?: (turn: number) => void): TurnView {
  const view = (turn === null ? NOTHING : liveTurn(turn).view).use()
  // biome-ignore lint/correctness/useExhaustiveDependencies: who hears of the end may change without a new stream
  useEffect(() => {
    if (turn === null) return
    const live = liveTurn(turn)
    live.followers++
    live.stop ??= hasEnded(live.view.get().state) ? undefined : follow(turn, live.view, () => onEnd?.(turn))
    return () => {
      live.followers--
      if (live.followers > 0) return
      live.stop?.()
      live.stop = undefined
    }
  }, [turn])
  return view
}

/** Reads a turn's stream into `view` until it ends; a lost stream is taken up where it was. Returns what stops it. */
function follow(turn: number, view: WatchedValue<TurnView>, ended: () => void): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = FIRST_PAUSE_MS
  let stopped = false
  let newest = view.get()
  let frame: number | undefined

  const show = () => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    frame = undefined
    view.set(newest)
  }
  const take = (event: TurnEvent) => {
    newest = after(newest, event)
    pause = FIRST_PAUSE_MS
    if (event.type === 'end') {
      stop()
      ended()
    } else if (document.visibilityState === 'hidden') show()
    // Models write faster than screens show: one look a frame.
    else frame ??= requestAnimationFrame(show)
  }
  const open = () => {
    clearTimeout(timer)
    source = new EventSource(`/api/chat/stream?turn=${turn}&after=${newest.seq}`)
    for (const type of TURN_EVENTS) {
      source.addEventListener(type, ({ data }) => take(JSON.parse(data) as TurnEvent))
    }
    // Our own coming back, not the browser's: it knows the cursor, and when there is nobody to ask.
    source.onerror = () => {
      source?.close()
      show()
      if (stopped) return
      if (currentConnection().state === 'online') void probe()
      timer = setTimeout(open, pause)
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
    }
  }
  const forget = onReturn(() => {
    if (!stopped && source?.readyState === EventSource.CLOSED) open()
  })
  function stop() {
    stopped = true
    clearTimeout(timer)
    source?.close()
    forget()
    show()
  }
  open()
  return stop
}
