/**
 * Polls the sources of the open channels.
 *
 * Node: a loop for each source, back to back, with long waits at the platform.
 *
 * The edge: an entry of the agenda for each source. While it is polled the entry is its lease: it lies a little after the
 * longest a poll can take, so a poll whose life ended is taken up again; a life that begins polls at once. The pace follows
 * the traffic, since an object that waits at a platform is paid for: long polls back to back while something came in the
 * last 3 minutes; then short ones every 15 s for a quarter of an hour, every 30 s for an hour, and every 60 s from then on.
 *
 * A failing source backs off from 2 s to 5 min; one whose login is over rests until its settings or its login change.
 */
import { messageOf } from '../errors.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import { backoff, pause } from './backoff.ts'
import { type Channel, LoginNeeded } from './channel.ts'
import { unlessAborted } from './deadline.ts'

export interface PollerDeps {
  platform: Pick<Platform, 'runtime' | 'db' | 'now' | 'log' | 'background'>
  agenda: Agenda
  /** The open channel of this name, and what ends with it. */
  open(channel: string): { channel: Channel; signal: AbortSignal } | null
  /** A source answered again after it had failed. */
  recovered(channel: string): void
}

const CLOCK = 'channel-poll'
const LONG_WAIT_MS = 25_000
const SHORT_WAIT_MS = 1000
/** What a poll may take beyond its wait. */
const SLACK_MS = 20_000
/** A platform that answers at once although nothing is there is not asked in a hot loop. */
const QUICK_MS = 250
const BREATH_MS = 1000
const MINUTE = 60_000

interface Source {
  traffic_at: number
  failures: number
}

export class Poller {
  readonly #deps: PollerDeps
  /** Sources that are polled now, or looped over. */
  readonly #active = new Map<string, AbortController>()
  /** Sources that this life has taken up. */
  readonly #taken = new Set<string>()
  /** Sources whose login is over. */
  readonly #resting = new Set<string>()

  constructor(deps: PollerDeps) {
    this.#deps = deps
    deps.agenda.on(CLOCK, (key) => {
      const [channel, source] = JSON.parse(key) as [string, string]
      this.#wake(channel, source)
    })
  }

  /** Polls what an open channel has to be polled for now, and nothing else of it. */
  sync(name: string): void {
    const open = this.#deps.open(name)
    const sources = (open?.channel.poll && open.channel.sources?.()) || []
    for (const [key, controller] of this.#active) {
      const [channel, source] = JSON.parse(key) as [string, string]
      if (channel === name && !sources.includes(source)) {
        controller.abort()
        this.#active.delete(key)
      }
    }
    this.#forgetGone(name, sources)
    for (const source of sources) this.#start(name, source)
  }

  /**
   * Stops everything of a channel that is closed. What it is opened with next may mend a login or a fault, and must not
   * wait for the lease of a poll that was ended.
   */
  stop(name: string): void {
    for (const key of this.#resting) if (channelOf(key) === name) this.#resting.delete(key)
    for (const key of this.#taken) if (channelOf(key) === name) this.#taken.delete(key)
    this.#deps.platform.db.query('UPDATE channel_source SET failures = 0 WHERE channel = ? AND failures > 0', name)
    for (const [key, controller] of this.#active) {
      if (channelOf(key) !== name) continue
      controller.abort()
      this.#active.delete(key)
    }
  }

  /** A source may be asked again: somebody logged in. */
  unrest(name: string, source: string): void {
    this.#resting.delete(keyOf(name, source))
  }

  isResting(name: string, source: string): boolean {
    return this.#resting.has(keyOf(name, source))
  }

  /** Something came from a source. */
  traffic(name: string, source: string): void {
    this.#store(name, source, { traffic_at: this.#deps.platform.now() })
  }

  #start(name: string, source: string): void {
    const key = keyOf(name, source)
    if (this.#resting.has(key) || this.#active.has(key)) return
    const { platform, agenda } = this.#deps
    if (platform.runtime === 'node') return void this.#loop(name, source)
    // In a new life the entry may be the lease of a poll that died with the last one.
    const fresh = !this.#taken.has(key) && this.#known(name, source).failures === 0
    this.#taken.add(key)
    if (fresh || agenda.due(CLOCK, key) === null) agenda.at(CLOCK, key, platform.now())
  }

  /** Node: polls until the source, the channel or the gateway goes. */
  #loop(name: string, source: string): void {
    const key = keyOf(name, source)
    const open = this.#deps.open(name)
    if (!open) return
    const controller = new AbortController()
    this.#active.set(key, controller)
    const signal = AbortSignal.any([open.signal, controller.signal])
    const run = async () => {
      while (!signal.aborted) {
        const next = await this.#poll(name, source, open.channel, LONG_WAIT_MS, signal)
        if (next === null || signal.aborted) return
        await pause(next.failed || next.quick ? next.wait : 0, signal)
      }
    }
    this.#deps.platform.background(
      run().finally(() => {
        if (this.#active.get(key) === controller) this.#active.delete(key)
      }),
    )
  }

  /** The edge: one poll, begun and not waited for. */
  #wake(name: string, source: string): void {
    const { platform, agenda } = this.#deps
    const key = keyOf(name, source)
    const open = this.#deps.open(name)
    if (!open?.channel.sources?.().includes(source) || this.#resting.has(key) || platform.runtime === 'node') return
    const quiet = platform.now() - this.#known(name, source).traffic_at
    const waitMs = quiet < 3 * MINUTE ? LONG_WAIT_MS : SHORT_WAIT_MS
    // Also for a poll of this life that still runs: the entry must not vanish under it.
    agenda.at(CLOCK, key, platform.now() + waitMs + SLACK_MS)
    if (this.#active.has(key)) return
    const controller = new AbortController()
    this.#active.set(key, controller)
    const signal = AbortSignal.any([open.signal, controller.signal])
    platform.background(
      this.#poll(name, source, open.channel, waitMs, signal)
        .then((next) => {
          if (signal.aborted) return
          if (next === null) agenda.cancel(CLOCK, key)
          else agenda.at(CLOCK, key, platform.now() + next.wait)
        })
        .finally(() => {
          if (this.#active.get(key) === controller) this.#active.delete(key)
        }),
    )
  }

  /** One poll; how long to wait for the next one, null when the source rests. */
  async #poll(
    name: string,
    source: string,
    channel: Channel,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ wait: number; failed: boolean; quick: boolean } | null> {
    const { platform, recovered } = this.#deps
    const begun = platform.now()
    const before = this.#known(name, source)
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(waitMs + SLACK_MS)])
      const { more = false } = await unlessAborted(channel.poll!(source, { waitMs, signal: within }), within)
      if (before.failures > 0) {
        this.#store(name, source, { failures: 0 })
        recovered(name)
      }
      const { traffic_at: traffic } = this.#known(name, source)
      const quick = !more && traffic < begun && platform.now() - begun < Math.min(QUICK_MS, waitMs)
      const pace = this.#pace(platform.now() - traffic)
      return { wait: more ? 0 : Math.max(quick ? BREATH_MS : 0, pace), failed: false, quick }
    } catch (error) {
      if (signal.aborted) return null
      if (error instanceof LoginNeeded) {
        this.#resting.add(keyOf(name, source))
        platform.log.warn('a chat account must be logged in again', { channel: name, source, error: error.message })
        return null
      }
      const failures = this.#known(name, source).failures + 1
      this.#store(name, source, { failures })
      platform.log.warn('a chat platform could not be asked for news', {
        channel: name,
        failures,
        error: messageOf(error),
      })
      return { wait: backoff(failures), failed: true, quick: false }
    }
  }

  /** ms between polls on the edge, `quiet` ms after the last message. */
  #pace(quiet: number): number {
    if (this.#deps.platform.runtime === 'node' || quiet < 3 * MINUTE) return 0
    if (quiet < 15 * MINUTE) return 15_000
    return quiet < 60 * MINUTE ? 30_000 : 60_000
  }

  #known(channel: string, source: string): Source {
    const row = this.#deps.platform.db.query<Source>(
      'SELECT traffic_at, failures FROM channel_source WHERE channel = ? AND source = ?',
      channel,
      source,
    )[0]
    // A new source counts as lively: its owner has just set it up.
    return row ?? this.#store(channel, source, { traffic_at: this.#deps.platform.now(), failures: 0 })
  }

  #store(channel: string, source: string, change: Partial<Source>): Source {
    const { db, now } = this.#deps.platform
    return db.query<Source>(
      `INSERT INTO channel_source (channel, source, traffic_at, failures) VALUES (?1, ?2, coalesce(?3, ?5), coalesce(?4, 0))
       ON CONFLICT (channel, source) DO UPDATE SET traffic_at = coalesce(?3, traffic_at), failures = coalesce(?4, failures)
       RETURNING traffic_at, failures`,
      channel,
      source,
      change.traffic_at ?? null,
      change.failures ?? null,
      now(),
    )[0]!
  }

  /** Sources that a channel no longer has wake nobody. */
  #forgetGone(name: string, sources: readonly string[]): void {
    const { platform, agenda } = this.#deps
    const known = platform.db.query<{ source: string }>('SELECT source FROM channel_source WHERE channel = ?', name)
    for (const { source } of known) {
      if (sources.includes(source)) continue
      platform.db.query('DELETE FROM channel_source WHERE channel = ? AND source = ?', name, source)
      agenda.cancel(CLOCK, keyOf(name, source))
    }
  }
}

const keyOf = (channel: string, source: string) => JSON.stringify([channel, source])
const channelOf = (key: string) => (JSON.parse(key) as [string, string])[0]
