/**
 * The open channels: opened from the config, opened anew when their own section changed, and kept going. What fails in
 * one of them concerns no other.
 */
import { messageOf } from '../errors.ts'
import type { Outbox } from '../outbox/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { type AdmissionSettings, admissionSettings } from './admission.ts'
import { backoff, pause } from './backoff.ts'
import type { Channel, ChannelDeps, ChannelHealth, ChannelKind, InboundMessage } from './channel.ts'
import { LoginNeeded } from './channel.ts'
import { unlessAborted } from './deadline.ts'
import { Poller } from './poller.ts'
import { channelState } from './state.ts'

export interface HostDeps {
  platform: Pick<Platform, 'runtime' | 'fetch' | 'db' | 'now' | 'log' | 'background' | 'feishuConnection'>
  kinds: readonly ChannelKind[]
  agenda: Agenda
  outbox: Outbox
  /** A channel's section of the config in force; undefined when there is none. */
  section(channel: string): unknown
  /** `https://…` without a slash at the end; null when the gateway has no public address. */
  publicUrl(): string | null
  receive(channel: string, messages: readonly InboundMessage[], also?: () => void): void
  /** A channel was opened: what waits for it may go on. */
  opened(channel: string): void
  /** An account's health is another than before. */
  healthChanged(channel: string, health: ChannelHealth): void
}

/** A channel that is open, and what of its section others look at. */
export interface OpenChannel {
  readonly kind: ChannelKind
  readonly channel: Channel
  readonly admission: AdmissionSettings
  /** Comes when it is closed. */
  readonly signal: AbortSignal
}

interface Entry extends OpenChannel {
  /** What it was opened with, as text. */
  readonly opening: string
  readonly controller: AbortController
  /** What runs for it: its start, its connection. */
  readonly running: Set<Promise<unknown>>
  /** It is being started. */
  starting: boolean
  /** Its connection is held, or tried again. */
  connecting: boolean
  health: Map<string, ChannelHealth['state']>
  /** Comes when a login may have changed. */
  wake: PromiseWithResolvers<void>
}

/** Whether a channel runs, and if not, why. */
export interface ChannelStatus {
  enabled: boolean
  state: 'open' | 'off' | 'problem'
  problem: string | null
}

const START_CLOCK = 'channel-start'
const START_MS = 60_000
/** What a channel's own work gets to end. */
const CLOSE_MS = 5000
/** A connection that held as long was a good one: the next failure is its first. */
const HELD_MS = 60_000

export class ChannelHost {
  readonly #deps: HostDeps
  readonly #open = new Map<string, Entry>()
  readonly #problems = new Map<string, string>()
  readonly #startFailures = new Map<string, number>()
  readonly #poller: Poller
  #syncing: Promise<void> = Promise.resolve()
  #closed = false

  constructor(deps: HostDeps) {
    this.#deps = deps
    this.#poller = new Poller({
      platform: deps.platform,
      agenda: deps.agenda,
      open: (name) => this.#open.get(name) ?? null,
      recovered: (name) => deps.outbox.hurry(name),
    })
    deps.agenda.on(START_CLOCK, (name) => this.#start(name))
  }

  /** Opens, closes and opens anew what the config wants otherwise than it is. Never fails; a fault is a channel's problem. */
  sync(): Promise<void> {
    this.#syncing = this.#syncing.then(async () => {
      await Promise.all(
        this.#deps.kinds.map((kind) =>
          this.#syncOne(kind).catch((error: unknown) => this.#hasProblem(kind.name, messageOf(error))),
        ),
      )
    })
    return this.#syncing
  }

  get(name: string): OpenChannel | null {
    return this.#open.get(name) ?? null
  }

  /** The names of the open channels. */
  names(): string[] {
    return [...this.#open.keys()]
  }

  status(name: string): ChannelStatus {
    const enabled = isEnabled(this.#deps.section(name))
    const problem = this.#problems.get(name) ?? null
    return { enabled, state: this.#open.has(name) ? 'open' : problem ? 'problem' : 'off', problem }
  }

  /** What an open channel says of its accounts. */
  health(name: string): readonly ChannelHealth[] {
    const open = this.#open.get(name)
    if (!open) return []
    return open.channel
      .health()
      .map((health) =>
        this.#poller.isResting(name, health.source) ? { ...health, state: 'login_needed' as const } : health,
      )
  }

  /** Closes all; resolves when their own work has ended, after 5 s at the latest. */
  async close(): Promise<void> {
    this.#closed = true
    for (const entry of this.#open.values()) entry.controller.abort(new Error('the gateway is shutting down'))
    await this.#syncing
    await Promise.all([...this.#open.keys()].map((name) => this.#closeOne(name)))
  }

  async #syncOne(kind: ChannelKind): Promise<void> {
    const { name } = kind
    const section = this.#deps.section(name)
    const wanted = isEnabled(section) && !this.#closed
    const opening = JSON.stringify([section, this.#hookUrl(name)])
    const open = this.#open.get(name)
    if (open && (!wanted || open.opening !== opening)) await this.#closeOne(name)
    if (this.#open.has(name)) return
    this.#problems.delete(name)
    if (!wanted) {
      this.#poller.sync(name)
      return
    }
    try {
      const problem = kind.problem(section as never)
      if (problem === null) this.#openOne(kind, section, opening)
      else this.#hasProblem(name, problem)
    } catch (error) {
      this.#hasProblem(name, messageOf(error))
    }
  }

  #hasProblem(name: string, problem: string): void {
    this.#problems.set(name, problem)
    this.#deps.platform.log.warn('a chat channel cannot run', { channel: name, problem })
  }

  #openOne(kind: ChannelKind, section: unknown, opening: string): void {
    const { platform, outbox, opened } = this.#deps
    const { name } = kind
    const controller = new AbortController()
    const deps: ChannelDeps<never> = {
      settings: section as never,
      platform,
      state: channelState(platform.db, name),
      receive: (messages, also) =>
        this.#deps.receive(name, messages, () => {
          for (const source of new Set(messages.map((message) => message.source))) this.#poller.traffic(name, source)
          also?.()
        }),
      hookUrl: this.#hookUrl(name),
      changed: () => this.#changed(name, controller),
    }
    const entry: Entry = {
      kind,
      channel: kind.open(deps),
      admission: admissionSettings(section),
      signal: controller.signal,
      controller,
      opening,
      running: new Set(),
      starting: false,
      connecting: false,
      health: new Map(),
      wake: Promise.withResolvers(),
    }
    this.#open.set(name, entry)
    outbox.connect(name)
    this.#start(name)
    opened(name)
  }

  async #closeOne(name: string): Promise<void> {
    const entry = this.#open.get(name)
    if (!entry) return
    const { platform, outbox, agenda } = this.#deps
    entry.controller.abort(new Error('the channel was closed'))
    this.#open.delete(name)
    this.#poller.stop(name)
    this.#startFailures.delete(name)
    outbox.disconnect(name)
    agenda.cancel(START_CLOCK, name)
    const limit = new AbortController()
    const ended = Promise.all([...entry.running])
      .then(() => entry.channel.close())
      .catch((error: unknown) => {
        platform.log.warn('a chat channel did not close cleanly', { channel: name, error: messageOf(error) })
      })
    await Promise.race([ended, pause(CLOSE_MS, limit.signal)])
    limit.abort()
  }

  /** Starts an open channel, then polls and connects it; what fails to start is polled all the same, and tried again. */
  #start(name: string): void {
    const entry = this.#open.get(name)
    if (!entry || entry.signal.aborted || entry.starting) return
    const { agenda, platform } = this.#deps
    const limit = AbortSignal.any([entry.signal, AbortSignal.timeout(START_MS)])
    // A lease: on the edge this life may not see the end, and nothing else may wake the next one.
    if (entry.channel.start) agenda.at(START_CLOCK, name, platform.now() + START_MS + CLOSE_MS)
    const begin = async () => entry.channel.start?.(limit)
    entry.starting = true
    this.#run(
      entry,
      unlessAborted(begin(), limit)
        .finally(() => {
          entry.starting = false
        })
        .then(
          () => {
            this.#startFailures.delete(name)
            if (this.#open.get(name) === entry) agenda.cancel(START_CLOCK, name)
          },
          (error: unknown) => this.#startFailed(name, entry, error),
        )
        .then(() => {
          if (entry.signal.aborted || this.#open.get(name) !== entry) return
          this.#poller.sync(name)
          this.#connect(name, entry)
        }),
    )
  }

  #startFailed(name: string, entry: Entry, error: unknown): void {
    const { platform, agenda } = this.#deps
    if (entry.signal.aborted) return
    platform.log.warn('a chat channel did not start', { channel: name, error: messageOf(error) })
    // Settings or a login must change first.
    if (error instanceof LoginNeeded) {
      agenda.cancel(START_CLOCK, name)
      return
    }
    const failures = (this.#startFailures.get(name) ?? 0) + 1
    this.#startFailures.set(name, failures)
    agenda.at(START_CLOCK, name, platform.now() + backoff(failures))
  }

  /** Holds a channel's connection open (Node only), and opens it again when it broke. */
  #connect(name: string, entry: Entry): void {
    const { channel, signal } = entry
    const { platform } = this.#deps
    if (!channel.connect || platform.runtime !== 'node' || entry.connecting) return
    entry.connecting = true
    const hold = async () => {
      for (let failures = 0; !signal.aborted; ) {
        const since = platform.now()
        try {
          await channel.connect!(signal)
        } catch (error) {
          if (signal.aborted) return
          platform.log.warn('the connection to a chat platform broke', { channel: name, error: messageOf(error) })
          if (error instanceof LoginNeeded) await untilAborted(entry.wake.promise, signal)
        }
        failures = platform.now() - since > HELD_MS ? 1 : failures + 1
        await pause(backoff(failures), signal)
      }
    }
    this.#run(entry, hold())
  }

  #run(entry: Entry, work: Promise<unknown>): void {
    const kept = work.catch((error: unknown) =>
      this.#deps.platform.log.error('a chat channel failed', { channel: entry.kind.name, error: messageOf(error) }),
    )
    entry.running.add(kept)
    void kept.finally(() => entry.running.delete(kept))
    this.#deps.platform.background(kept)
  }

  /** Called by a channel, maybe in the middle of its work: looked at when that is through. */
  #changed(name: string, controller: AbortController): void {
    queueMicrotask(() => {
      const entry = this.#open.get(name)
      if (entry?.controller !== controller || entry.signal.aborted) return
      const before = entry.health
      entry.health = new Map(entry.channel.health().map(({ source, state }) => [source, state]))
      for (const health of entry.channel.health()) {
        const { source, state } = health
        if (before.get(source) === state) continue
        this.#deps.healthChanged(name, health)
        if (state === 'connecting' || state === 'connected') this.#mended(name, entry, source, state === 'connected')
      }
      this.#poller.sync(name)
    })
  }

  #mended(name: string, entry: Entry, source: string, connected: boolean): void {
    this.#poller.unrest(name, source)
    entry.wake.resolve()
    entry.wake = Promise.withResolvers()
    if (!connected) return
    this.#deps.outbox.release(name, 'login')
    this.#deps.outbox.hurry(name)
  }

  #hookUrl(name: string): string | null {
    const url = this.#deps.publicUrl()
    return url === null ? null : `${url}/hooks/${name}`
  }
}

const isEnabled = (section: unknown): boolean =>
  typeof section === 'object' && section !== null && (section as { enabled?: unknown }).enabled === true

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const stop = Promise.withResolvers<void>()
  const done = () => stop.resolve()
  signal.addEventListener('abort', done, { once: true })
  await Promise.race([work, stop.promise])
  signal.removeEventListener('abort', done)
}
