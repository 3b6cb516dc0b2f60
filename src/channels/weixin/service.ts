/** Weixin's accounts and logins, for the routes: there whether the channel runs or not. */
import type { ConfigService } from '../../config/index.ts'
import { badRequest, GatewayError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import type { Agenda } from '../../schedule/index.ts'
import type { ChannelDrafts } from '../drafts.ts'
import { channelState } from '../state.ts'
import { type Confirmed, enable, removeAccount, saveAccount, setDefault } from './account-entries.ts'
import { ActivityLog } from './activity.ts'
import { WeixinLogins } from './logins.ts'
import { forgetAccount, Memory } from './memory.ts'
import { qrSvg } from './qr.ts'
import { accountsOf, type WeixinSettings } from './settings.ts'
import { statusPayload, type WeixinStatus } from './status.ts'

export interface WeixinServiceDeps {
  readonly platform: Pick<Platform, 'db' | 'fetch' | 'now' | 'log' | 'background'>
  readonly config: ConfigService
  readonly agenda: Agenda
  readonly drafts: Pick<ChannelDrafts, 'effective' | 'dirty' | 'merge' | 'clear'>
  /** Whether the channel is open now. */
  running(): boolean
}

const NAME = 'weixin'
const SOURCE = 'weixin'
/** What a login or a change of the accounts writes. */
const SAVED_HERE = [
  'enabled',
  'base_url',
  'accounts',
  'default_bot_id',
  'bot_id',
  'bot_token',
  'ilink_user_id',
  'context_token',
  'get_updates_buf',
] as const

export class WeixinService {
  readonly #deps: WeixinServiceDeps
  readonly #logins: WeixinLogins
  readonly #state: ReturnType<typeof channelState>

  constructor(deps: WeixinServiceDeps) {
    const { platform, config, agenda } = deps
    this.#deps = deps
    this.#state = channelState(platform.db, NAME)
    this.#logins = new WeixinLogins({
      platform,
      config,
      agenda,
      tokens: () => this.#goodTokens(),
      paired: (confirmed) => this.#paired(confirmed),
      pairedBefore: () => this.#pairedBefore(),
    })
  }

  /** How everything stands. Asks the platform about waiting logins, for at most 1.5 s. */
  async status(): Promise<WeixinStatus> {
    await this.#logins.refresh()
    const { config, drafts, running } = this.#deps
    const isDirty = drafts.dirty(NAME)
    const effective = this.#effective()
    return statusPayload({
      saved: config.current.channels.weixin,
      effective,
      dirty: isDirty,
      available: this.#isAvailable(),
      // A draft has no channel of its own; switched on, it is as good as one until it is saved.
      running: running() || (isDirty && effective.enabled),
      logins: this.#logins.list(),
      state: this.#state,
    })
  }

  /** Begins a login. On a channel that is off this makes a draft with the channel on. 503 when a draft wants it off. */
  async startLogin(): Promise<void> {
    const { drafts } = this.#deps
    if (drafts.dirty(NAME) && !this.#effective().enabled) throw unavailable()
    await this.#logins.start()
    if (!this.#effective().enabled) await drafts.merge(NAME, { enabled: true })
  }

  /** 404 `login_id not found`. */
  cancelLogin(id: string): void {
    this.#logins.cancel(id.trim())
  }

  /** Takes the number that the phone shows; 404 and 400 as in `WeixinLogins.verify`. */
  verifyLogin(id: string, code: string): Promise<void> {
    return this.#logins.verify(id.trim(), code.trim())
  }

  /** Takes an account out of the config, and forgets its conversations. 400 when there is none by this id. */
  async remove(botId: string): Promise<void> {
    const id = this.#given(botId)
    await this.#save((document) => removeAccount(document, id))
    forgetAccount(this.#state, id)
  }

  /** 400 when there is no account by this id. */
  async setDefault(botId: string): Promise<void> {
    const id = this.#given(botId)
    await this.#save((document) => setDefault(document, id))
  }

  /** The picture of a login's QR code, of the first one when none is named or the one named is gone; null without any. */
  async qr(loginId: string): Promise<string | null> {
    const logins = this.#logins.list()
    const login = logins.find(({ id }) => id === loginId) ?? logins[0]
    if (!login) return null
    try {
      return await qrSvg(login.qr_content)
    } catch (cause) {
      throw new GatewayError(502, 'no_qr_code', 'what the platform gave does not fit into a QR code', { cause })
    }
  }

  /** 503 when the channel is off and no login waits. */
  checkAvailable(): void {
    if (!this.#isAvailable()) throw unavailable()
  }

  close(): void {
    this.#logins.close()
  }

  #isAvailable(): boolean {
    return this.#effective().enabled || this.#logins.list().length > 0
  }

  #given(botId: string): string {
    const id = botId.trim()
    if (id === '') throw badRequest('bot_id is required')
    if (this.#deps.config.overridden.includes('channels.weixin.bot_id') && this.#settings().bot_id.trim() === id) {
      throw badRequest(`bot ${id} is set by the environment: change it there`)
    }
    return id
  }

  async #paired(confirmed: Confirmed): Promise<void> {
    await this.#save((document) => saveAccount(document, confirmed))
    this.#deps.platform.log.info('a weixin bot was paired', { bot: confirmed.ilink_bot_id })
  }

  async #pairedBefore(): Promise<boolean> {
    if (accountsOf(this.#settings()).length === 0) return false
    await this.#save(enable)
    return true
  }

  /** Saves, and brings a draft along: committing it later must not undo this. */
  async #save(change: (document: Record<string, unknown>) => void): Promise<void> {
    const { config, drafts, platform } = this.#deps
    // What older versions kept beside the accounts is about to leave the config.
    const memory = new Memory(this.#state, () => platform.now())
    for (const account of accountsOf(this.#settings())) memory.takeOver(account)
    await config.update(change, SOURCE)
    if (!drafts.dirty(NAME)) return
    const saved = config.get('channels.weixin', { reveal: true }) as Record<string, unknown>
    const changed = Object.fromEntries(SAVED_HERE.map((key) => [key, saved[key]]))
    const draft: Record<string, unknown> = { ...drafts.effective(NAME), ...changed }
    const same = Object.keys({ ...saved, ...draft }).every(
      (key) => JSON.stringify(saved[key]) === JSON.stringify(draft[key]),
    )
    if (same) drafts.clear(NAME)
    else await drafts.merge(NAME, changed)
  }

  #goodTokens(): string[] {
    const activity = new ActivityLog(this.#state, () => this.#deps.platform.now())
    const accounts = accountsOf(this.#settings())
    return accounts.filter(({ botId, token }) => !activity.wasStale(botId, token)).map(({ token }) => token)
  }

  /** With unsaved edits. */
  #effective(): WeixinSettings {
    const { drafts } = this.#deps
    return drafts.dirty(NAME) ? (drafts.effective(NAME) as WeixinSettings) : this.#settings()
  }

  #settings(): WeixinSettings {
    return this.#deps.config.current.channels.weixin
  }
}

const unavailable = () => new GatewayError(503, 'weixin_unavailable', 'weixin channel unavailable')
