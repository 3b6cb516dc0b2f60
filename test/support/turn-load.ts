/**
 * Clients for fault tests: producers that repeat each message until it is acknowledged, readers that are cut and come
 * back with their cursor, and the checks of what must hold afterwards (durable-turns.md section 13).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { TurnEvent } from '../../src/chat/index.ts'

export interface Load {
  /** Where the gateway is now; it may be down. */
  url(): string
  token: string
  sessions: number
  /** May be a getter: asked again before each turn, so that a load can last as long as its faults. */
  turns: number
  /** The longest pause of a session between two messages, ms; default 200. */
  pauseMs?: number
  /** The message of a turn; `key` is unique, for counting effects. */
  message(key: string, i: number): string
  /** Every how many turns one is stopped in the middle. */
  stopEvery: number
  /** Draws in [0, 1): seeded, so that a run can be repeated. */
  random(): number
  signal: AbortSignal
}

export interface Followed {
  key: string
  session: string
  message: string
  turn: number
  /** The reader's log, cut at rewinds. */
  log: TurnEvent[]
  cursor: number
  connections: number
  rewinds: number
  /** The gateway has said that this turn is stopped. */
  stopped: boolean
  /** What the reader itself found wrong. */
  problems: string[]
}

/** Runs the whole load; resolves when every reader has seen its turn end. */
export async function runLoad(load: Load, followed: Followed[]): Promise<void> {
  const bySession = Array.from({ length: load.sessions }, (_, s) => s)
  await Promise.all(
    bySession.map(async (s) => {
      const readers: Promise<void>[] = []
      for (let i = s; i < load.turns; i += load.sessions) {
        const entry = await produce(load, `s${s}`, i)
        followed.push(entry)
        readers.push(follow(load, entry))
        if (load.stopEvery && i % load.stopEvery === load.stopEvery - 1) readers.push(stopLater(load, entry))
        await sleep(load.random() * (load.pauseMs ?? 200))
      }
      await Promise.all(readers)
    }),
  )
}

/** Posts until the gateway has said 202: a client whose request broke repeats it blindly. */
async function produce(load: Load, session: string, i: number): Promise<Followed> {
  const key = `k${i}`
  const message = load.message(key, i)
  const turn = await post(load, { key, session, message })
  return {
    key,
    session,
    message,
    turn,
    log: [],
    cursor: 0,
    connections: 0,
    rewinds: 0,
    stopped: false,
    problems: [],
  }
}

async function post(load: Load, { key, session, message }: Pick<Followed, 'key' | 'session' | 'message'>) {
  const body = JSON.stringify({ session, message, wait: false })
  for (;;) {
    const answer = await call(load, '/api/chat', { method: 'POST', body, headers: { 'idempotency-key': key } })
    const text = await answer?.text().catch(() => null)
    if (answer?.status === 202 && text) return (JSON.parse(text) as { turn: number }).turn
    if (answer && ![202, 429, 503].includes(answer.status)) {
      throw new Error(`POST /api/chat answered ${answer.status}: ${text}`)
    }
    await sleep(20)
  }
}

async function follow(load: Load, entry: Followed): Promise<void> {
  while (entry.log.at(-1)?.type !== 'end') {
    const answer = await call(load, `/api/chat/stream?turn=${entry.turn}&after=${entry.cursor}`, {})
    if (!answer?.ok || !answer.body) {
      await answer?.body?.cancel().catch(() => {})
      await sleep(20)
      continue
    }
    entry.connections++
    // A third of the readers leave by themselves.
    const leaveAt = load.random() < 0.33 ? 3 + Math.floor(load.random() * 10) : Number.POSITIVE_INFINITY
    await readEvents(answer.body, entry, leaveAt).catch(() => {})
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, entry: Followed, leaveAt: number): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ''
  let seen = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      buffer += value
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(buffer.slice(0, end))?.[1]
        buffer = buffer.slice(end + 2)
        if (data) take(entry, JSON.parse(data) as TurnEvent)
        if (++seen >= leaveAt) return
      }
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

function take(entry: Followed, event: TurnEvent): void {
  if (event.type === 'rewind') {
    entry.rewinds++
    entry.log = cutAt(entry.log, event.to)
    entry.cursor = event.to
    return
  }
  if (event.seq <= entry.cursor) entry.problems.push(`${entry.key}: seq ${event.seq} came after ${entry.cursor}`)
  entry.log.push(event)
  entry.cursor = event.seq
}

function cutAt(log: TurnEvent[], to: number): TurnEvent[] {
  return log
    .filter((event) => event.seq - (event.type === 'text' ? event.text.length : 1) < to)
    .map((event) =>
      event.type === 'text' && event.seq > to
        ? { ...event, seq: to, text: event.text.slice(0, to - event.seq) }
        : event,
    )
}

async function stopLater(load: Load, entry: Followed): Promise<void> {
  await sleep(100 + load.random() * 300)
  for (;;) {
    const answer = await call(load, '/api/chat/stop', { method: 'POST', body: JSON.stringify({ turn: entry.turn }) })
    const text = await answer?.text().catch(() => null)
    if (answer?.ok && text) {
      // A repeat of a stop whose answer was lost may say false; the first one stands.
      entry.stopped = (JSON.parse(text) as { stopped: boolean }).stopped
      return
    }
    await sleep(20)
  }
}

async function call(load: Load, path: string, init: RequestInit): Promise<Response | null> {
  load.signal.throwIfAborted()
  try {
    return await fetch(load.url() + path, {
      ...init,
      headers: { authorization: `Bearer ${load.token}`, ...init.headers },
      signal: AbortSignal.any([load.signal, AbortSignal.timeout(20_000)]),
    })
  } catch (error) {
    if (load.signal.aborted) throw error
    return null // down; the caller comes back
  }
}

/** The readers that still wait, and where: what to print when the time is up. */
export function unfinished(followed: readonly Followed[]): string {
  const waiting = followed.filter(({ log }) => log.at(-1)?.type !== 'end')
  return [
    `${waiting.length} of ${followed.length} readers wait:`,
    ...waiting.map(({ key, session, turn, cursor }) => `${key} (session ${session}, turn ${turn}) at ${cursor}`),
  ].join('\n')
}

/** What a reader's log comes to: the text and the shape of everything else. */
export function fold(log: readonly TurnEvent[]): string {
  return log
    .map((event) => {
      if (event.type === 'text') return event.text
      if (event.type === 'tool-call') return `<call ${event.id} ${event.name}>`
      if (event.type === 'tool-result') return `<result ${event.id} ${event.error}>`
      return event.type === 'end' ? `<end ${event.state}>` : ''
    })
    .join('')
}

export interface Report {
  problems: string[]
  outcomes: Record<string, number>
  connections: number
  rewinds: number
}

/** Checks the gateway's own account against what the clients saw. */
export async function verify(load: Load, followed: readonly Followed[], effects: Map<string, number>): Promise<Report> {
  const problems: string[] = followed.flatMap((entry) => entry.problems)
  const outcomes: Record<string, number> = {}
  const get = async (path: string) => (await (await call(load, path, {}))!.json()) as Record<string, unknown>
  const turns = new Set<number>()
  for (const entry of followed) {
    if (turns.has(entry.turn)) problems.push(`${entry.key}: two keys share turn ${entry.turn}`)
    turns.add(entry.turn)
    const outcome = await get(`/api/chat/turn?turn=${entry.turn}`)
    const state = String(outcome.state)
    outcomes[state] = (outcomes[state] ?? 0) + 1
    if (!['done', 'failed', 'stopped', 'interrupted'].includes(state)) problems.push(`${entry.key}: still ${state}`)
    if (entry.stopped && state !== 'stopped') problems.push(`${entry.key}: ${state} although a stop was acknowledged`)
    const again = await post(load, entry)
    if (again !== entry.turn) problems.push(`${entry.key}: its key gave turn ${again} after turn ${entry.turn}`)
    const fresh: Followed = { ...entry, log: [], cursor: 0 }
    await follow({ ...load, random: () => 1 }, fresh)
    if (fold(fresh.log) !== fold(entry.log)) {
      problems.push(`${entry.key}: reader saw\n  ${fold(entry.log)}\nthe log says\n  ${fold(fresh.log)}`)
    }
    const ends = entry.log.filter(({ type }) => type === 'end')
    if (ends.length !== 1) problems.push(`${entry.key}: ${ends.length} ends`)
    const paid = effects.get(entry.key) ?? 0
    if (paid > 1) problems.push(`${entry.key}: side effect ran ${paid} times`)
    const succeeded = entry.log.some((event) => event.type === 'tool-result' && !event.error)
    if (succeeded && paid !== 1) problems.push(`${entry.key}: a recorded success without its effect`)
    if (state === 'done' && !fold(entry.log).endsWith(`end of ${entry.key}<end done>`))
      problems.push(`${entry.key}: done without its answer: ${fold(entry.log)}`)
    const results = fresh.log.filter(({ type }) => type === 'tool-result').length
    if (state === 'done' && results !== fresh.log.filter(({ type }) => type === 'tool-call').length)
      problems.push(`${entry.key}: calls and results do not match`)
  }
  for (const session of new Set(followed.map((entry) => entry.session))) {
    const { messages } = (await get(`/api/chat/history?session=${session}&limit=2000`)) as {
      messages: Array<{ role: string; content: string; seq: number }>
    }
    for (const [i, { seq }] of messages.entries()) {
      if (seq !== i + 1) problems.push(`${session}: history has seq ${seq} at ${i + 1}`)
    }
    for (const entry of followed.filter((other) => other.session === session)) {
      const said = messages.filter(({ role, content }) => role === 'user' && content.includes(`k=${entry.key} `)).length
      if (said !== 1) problems.push(`${entry.key}: its message is ${said} times in the history`)
      const answers = messages.filter((m) => m.role === 'assistant' && m.content.endsWith(`end of ${entry.key}`)).length
      if (answers > 1 || (answers === 0 && fold(entry.log).endsWith('<end done>')))
        problems.push(`${entry.key}: its answer is ${answers} times in the history`)
    }
  }
  return {
    problems,
    outcomes,
    connections: followed.reduce((sum, entry) => sum + entry.connections, 0),
    rewinds: followed.reduce((sum, entry) => sum + entry.rewinds, 0),
  }
}

/** A small seeded generator (mulberry32), so that a failing run can be repeated. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
