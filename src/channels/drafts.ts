/**
 * Unsaved edits of the channels' settings (channels.md section 6.3). A save of the config takes them in. They outlive the
 * process, which on the edge ends between an edit and its save, and are forgotten a day after the last edit: nobody who
 * saves something else next month expects them.
 */
import * as z from 'zod'
import { type ConfigService, channelsSchema, sameJson, setAt } from '../config/index.ts'
import { badRequest } from '../errors.ts'
import type { Database } from '../platform.ts'

type Section = Record<string, unknown>

/** One channel as the draft routes show it. */
export interface DraftView {
  channel: string
  persisted: Section
  draft: Section | null
  effective: Section
  dirty: boolean
  /** weixin only: what the draft says would run. There is no second runtime for a draft. */
  runtime_enabled?: boolean
}

/** The channels with a section of their own, in the order the original lists them. */
const NAMES = ['weixin', 'telegram', 'feishu'] as const

/** A draft is kept this long after its last edit. */
const KEEP_MS = 24 * 3600_000

export interface ChannelDraftsDeps {
  db: Database
  now: () => number
  config: ConfigService
  /** Runs when there may be new secrets, for whoever hides them. */
  learned?(): void
}

export class ChannelDrafts {
  readonly #deps: ChannelDraftsDeps
  readonly #config: ConfigService

  /** Call `open` before anything else. */
  constructor(deps: ChannelDraftsDeps) {
    this.#deps = deps
    this.#config = deps.config
    deps.config.alsoHides(() => [...this.#all()].map(([name, draft]) => ({ channels: { [name]: draft } })))
  }

  /** Takes up what an earlier life left: forgets what is old or was saved, and hides the secrets of the rest. */
  async open(): Promise<void> {
    const { db, now } = this.#deps
    db.query('DELETE FROM channel_draft WHERE edited_at <= ?', now() - KEEP_MS)
    for (const [name, draft] of this.#all()) if (sameJson(draft, this.#persisted(name))) this.clear(name)
    if (this.#all().size > 0) await this.#learn()
  }

  /** The channels that can have drafts. */
  get names(): readonly string[] {
    return NAMES
  }

  /** The settings with unsaved edits, secrets in clear: never show them. 400 for an unknown channel. */
  effective(name: string): Section {
    const channel = known(name)
    return this.#get(channel) ?? structuredClone(this.#persisted(channel))
  }

  /** True when there are unsaved edits, even ones that change nothing. */
  dirty(name: string): boolean {
    return this.#get(known(name)) !== undefined
  }

  /**
   * Merges `partial` into the draft, or into the saved settings: objects merge, lists and values replace, null empties a
   * list and leaves anything else. A mask stands for its secret. 400 `invalid <channel> config` for a wrong type.
   */
  async merge(name: string, partial: unknown): Promise<void> {
    const channel = known(name)
    const invalid = () => badRequest(`invalid ${channel} config`)
    if (partial !== undefined && partial !== null && !isSection(partial)) throw invalid()
    const resolved = this.#config.unmasked({ channels: { [channel]: partial ?? {} } })
    const edits = (resolved.channels as Record<string, Section>)[channel]!
    const draft = merged(this.effective(channel), edits)
    if (!z.object({ channels: channelsSchema }).safeParse({ channels: { [channel]: draft } }).success) throw invalid()
    const { db, now } = this.#deps
    db.query(
      `INSERT INTO channel_draft (channel, section, edited_at) VALUES (?, ?, ?)
       ON CONFLICT (channel) DO UPDATE SET section = excluded.section, edited_at = excluded.edited_at`,
      channel,
      JSON.stringify(draft),
      now(),
    )
    await this.#learn()
  }

  /** Forgets one draft, or all. */
  clear(name?: string): void {
    const { db } = this.#deps
    if (name === undefined) db.query('DELETE FROM channel_draft')
    else db.query('DELETE FROM channel_draft WHERE channel = ?', known(name))
  }

  /** Puts all drafts into a document that is about to be saved. */
  foldInto(document: Section): void {
    for (const [name, draft] of this.#all()) setAt(document, ['channels', name], draft)
  }

  /** A channel for the routes, secrets masked. */
  view(name: string): DraftView {
    const channel = known(name)
    const draft = this.#get(channel)
    const masked = (section: Section) =>
      (this.#config.masked({ channels: { [channel]: section } }).channels as Record<string, Section>)[channel]!
    const effective = this.effective(channel)
    return {
      channel,
      persisted: masked(this.#persisted(channel)),
      draft: draft ? masked(draft) : null,
      effective: masked(effective),
      dirty: draft !== undefined,
      ...(channel === 'weixin' ? { runtime_enabled: draft !== undefined && effective.enabled === true } : {}),
    }
  }

  #get(channel: string): Section | undefined {
    return this.#all().get(channel)
  }

  /** The drafts that count, each a copy. */
  #all(): Map<string, Section> {
    const { db, now } = this.#deps
    const rows = db.query<{ channel: string; section: string }>(
      'SELECT channel, section FROM channel_draft WHERE edited_at > ? ORDER BY channel',
      now() - KEEP_MS,
    )
    return new Map(rows.map(({ channel, section }) => [channel, JSON.parse(section) as Section]))
  }

  async #learn(): Promise<void> {
    await this.#config.relearn()
    this.#deps.learned?.()
  }

  #persisted(channel: string): Section {
    return this.#config.get(`channels.${channel}`, { reveal: true }) as Section
  }
}

function known(name: string): (typeof NAMES)[number] {
  const channel = NAMES.find((each) => each === name.trim().toLowerCase())
  if (!channel) throw badRequest('unsupported channel')
  return channel
}

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function merged(base: Section, edits: Section): Section {
  const result: Section = { ...base }
  for (const [key, value] of Object.entries(edits)) {
    if (key === '__proto__') continue
    const before = Object.hasOwn(base, key) ? base[key] : undefined
    if (value === null) {
      if (Array.isArray(before)) result[key] = []
    } else result[key] = isSection(value) && isSection(before) ? merged(before, value) : structuredClone(value)
  }
  return result
}
