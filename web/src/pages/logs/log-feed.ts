/**
 * The log as it is written. Lines are taken over in batches, so that a busy gateway does not keep the page busy; what is
 * older than the newest 20,000 lines goes.
 */
import LastingSocket from 'partysocket/ws'
import { answer, api } from '../../api/client.ts'
import { probe } from '../../api/connection.ts'
import { type LogEntry, type LogLine, logLine } from './log-line.ts'

const MAX_LINES = 20_000
/** Dropped at once when there are too many. */
const DROPPED = 4000
const BATCH_MS = 150
/** Lines asked for at the start and after a gap: as many as the gateway tells. */
const RECENT = 200

export interface LogState {
  lines: readonly LogLine[]
  /** `ready`: the first lines are there. `failed`: they could not be read. */
  state: 'loading' | 'ready' | 'failed'
  connected: boolean
  error: unknown
}

export class LogFeed {
  #state: LogState = { lines: [], state: 'loading', connected: false, error: null }
  #pending: LogEntry[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #lastId = 0
  #closed = false
  readonly #listeners = new Set<() => void>()
  readonly #socket: LastingSocket

  constructor() {
    const address = `${location.origin.replace(/^http/, 'ws')}/api/logs/live`
    this.#socket = new LastingSocket(address, [], {
      startClosed: true,
      minReconnectionDelay: 1000,
      maxReconnectionDelay: 8000,
      maxEnqueuedMessages: 0,
    })
    this.#socket.addEventListener('open', () => {
      this.#change({ connected: true })
      // Lines that were written meanwhile are read from the gateway's own store.
      void this.load()
    })
    this.#socket.addEventListener('close', () => {
      if (this.#state.connected) this.#change({ connected: false })
      if (!this.#closed) void probe()
    })
    this.#socket.addEventListener('message', ({ data }) => this.#take(String(data)))
    void this.load()
    this.#socket.reconnect()
  }

  readonly get = (): LogState => this.#state

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Reads the last lines that the gateway kept, and adds those that are not here yet. */
  async load(): Promise<void> {
    try {
      const { logs } = await answer(api.GET('/api/logs/recent', { params: { query: { limit: RECENT } } }))
      if (this.#closed) return
      this.#flush()
      const known = new Set(this.#state.lines.slice(-2 * RECENT).map(({ entry }) => JSON.stringify(entry)))
      const missed = logs.filter((entry) => entry !== null && !known.has(JSON.stringify(entry))) as LogEntry[]
      // By time: what the socket brought while this was asked for is newer than what it tells.
      const lines = [...this.#state.lines, ...missed.map((entry) => logLine(++this.#lastId, entry))]
      const sorted = missed.length > 0 ? lines.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)) : lines
      this.#change({ lines: trimmed(sorted), state: 'ready', error: null })
    } catch (error) {
      if (!this.#closed && this.#state.state !== 'ready') this.#change({ state: 'failed', error })
    }
  }

  /** Forgets the lines of this page; the gateway keeps its own. */
  clear(): void {
    this.#flush()
    this.#change({ lines: [] })
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket.close()
  }

  #take(data: string): void {
    for (const text of data.split('\n')) {
      if (text === '') continue
      try {
        const frame = JSON.parse(text) as { type?: string; entry?: LogEntry }
        if (frame.type === 'log_entry' && frame.entry) this.#pending.push(frame.entry)
      } catch {
        // A frame that is cut says nothing.
      }
    }
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.length === 0) return
    const fresh = this.#pending.map((entry) => logLine(++this.#lastId, entry))
    this.#pending = []
    this.#change({ lines: trimmed([...this.#state.lines, ...fresh]) })
  }

  #change(part: Partial<LogState>): void {
    this.#state = { ...this.#state, ...part }
    for (const listener of [...this.#listeners]) listener()
  }
}

function trimmed(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.length > MAX_LINES ? lines.slice(lines.length - MAX_LINES + DROPPED) : lines
}
