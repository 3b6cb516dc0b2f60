/**
 * Pairing bots by QR code, whether the channel runs or not (channels.md sections 7.4, 7.13). A login is a row; the platform
 * is asked about it in the background, on both runtimes by the agenda, and no longer once no login waits.
 */
import type { ConfigService } from '../../config/index.ts'
import { badRequest, GatewayError, messageOf, notFound } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import type { Agenda } from '../../schedule/index.ts'
import type { Confirmed } from './account-entries.ts'
import { qrBaseUrl, requestQr, requestQrStatus } from './login-client.ts'
import { isOver, type PendingLogin, PendingLogins } from './pending-logins.ts'
import { TimedOut } from './request.ts'
import { baseUrlOf, channelVersionOf, trustedUrl, type WeixinSettings } from './settings.ts'
import type { QrStatus } from './wire.ts'

export interface LoginDeps {
  readonly platform: Pick<Platform, 'db' | 'fetch' | 'now' | 'log' | 'background'>
  readonly config: ConfigService
  readonly agenda: Agenda
  /** Tokens of bots that are paired and work: the platform need not pair them again. */
  tokens(): string[]
  /** Saves a bot that was paired; its address is empty where it is the channel's. */
  paired(confirmed: Confirmed): Promise<void>
  /** Whoever scanned has paired a bot before; false when it is none of ours. */
  pairedBefore(): Promise<boolean>
}

const KIND = 'weixin-login'
/** Between two questions about one login. */
const GAP_MS = 1200
const FAILED_GAP_MS = 5000
/** The platform holds a question for some 35 s. */
const ASK_MS = 40_000
/** Should this life end while it asks, the next one goes on after so long. */
const RESUME_MS = 60_000
/** Whoever wants to know how a login stands waits at most so long for news. */
const LOOK_MS = 1500
const MAX_REFRESHES = 3

const BLOCKED = 'too many wrong codes: scan the new QR code'
const BOUND_ELSEWHERE = 'this WeChat is bound to another bot: end that binding in WeChat, then scan again'
const NO_MORE_CODES = 'no QR code was scanned in time: start the login again'

interface Asking {
  readonly since: number
  readonly controller: AbortController
  readonly done: Promise<void>
}

export class WeixinLogins {
  readonly #deps: LoginDeps
  readonly #pending: PendingLogins
  readonly #asking = new Map<string, Asking>()
  #closed = false

  constructor(deps: LoginDeps) {
    this.#deps = deps
    this.#pending = new PendingLogins(deps.platform.db, () => deps.platform.now())
    deps.agenda.on(KIND, (id) => this.#due(id))
  }

  /** The logins that wait, oldest first. */
  list(): PendingLogin[] {
    return this.#pending.list()
  }

  /** Begins a login. 429 when too many wait, 502 with the platform's words when it gives no QR code. */
  async start(): Promise<PendingLogin> {
    this.#pending.checkRoom()
    const code = await this.#newQr().catch((cause: unknown) => {
      throw new GatewayError(502, 'weixin_login_failed', messageOf(cause), { cause })
    })
    this.#pending.checkRoom()
    const login = this.#pending.add(code)
    this.#sleep(login.id, GAP_MS)
    return login
  }

  /** Gives a login up. 404 `login_id not found`. */
  cancel(id: string): void {
    if (!this.#pending.get(id)) throw notFound('login_id not found')
    this.#end(id)
  }

  /** Takes the number that the phone shows. 404 `login_id not found`, 400 when it is none or nobody asked for it. */
  async verify(id: string, code: string): Promise<void> {
    const login = this.#pending.get(id)
    if (!login) throw notFound('login_id not found')
    if (!/^\w{1,32}$/.test(code)) throw badRequest('code is required: the number that WeChat shows on the phone')
    if (login.status !== 'need_verifycode') throw badRequest('this login asks for no code')
    this.#asking.get(id)?.controller.abort()
    this.#pending.update(id, { verify_code: code, error: '', asked_at: 0 })
    await this.refresh()
  }

  /** Asks the platform about every login that it was not asked about just now, and waits up to 1.5 s for what it says. */
  async refresh(): Promise<void> {
    const { now } = this.#deps.platform
    for (const login of this.list()) {
      if (isAsked(login) && now() - login.asked_at >= GAP_MS) this.#ask(login)
    }
    const waits = [...this.#asking.values()].map(({ done, since }) => soon(done, since + LOOK_MS - now()))
    await Promise.all(waits)
  }

  /** Stops asking; what waits goes on in the next life. */
  close(): void {
    this.#closed = true
    for (const { controller } of this.#asking.values()) controller.abort()
  }

  #due(id: string): void {
    const login = this.#pending.get(id)
    if (!login) this.#pending.remove(id)
    else if (isAsked(login)) this.#ask(login)
    else this.#sleep(id)
  }

  #ask(login: PendingLogin): void {
    const { platform, agenda } = this.#deps
    const { id } = login
    if (this.#closed || this.#asking.has(id)) return
    const controller = new AbortController()
    this.#pending.asked(id)
    agenda.at(KIND, id, platform.now() + RESUME_MS)
    const done = this.#round(login, controller.signal).then((gapMs) => {
      if (this.#asking.get(id) === asking) this.#asking.delete(id)
      if (!this.#closed && gapMs !== null) this.#sleep(id, gapMs)
    })
    const asking: Asking = { since: platform.now(), controller, done }
    this.#asking.set(id, asking)
    platform.background(done)
  }

  /** One question and what follows from its answer; gives the time until the next, null when this one counts no more. */
  async #round(login: PendingLogin, signal: AbortSignal): Promise<number | null> {
    const { platform, config } = this.#deps
    const { id, base_url: baseUrl, qr_code: code, verify_code: verifyCode } = login
    const version = channelVersionOf(config.current.channels.weixin)
    const stands = () => !signal.aborted && this.#pending.get(id)?.qr_code === code
    try {
      const caller = { fetch: platform.fetch, baseUrl, version }
      const answer = await requestQrStatus(caller, { code, verifyCode }, { timeoutMs: ASK_MS, signal })
      if (stands()) await this.#follow(this.#pending.get(id)!, answer, stands)
      return signal.aborted ? null : GAP_MS
    } catch (error) {
      // A question that was held to the end is the answer that nothing happened.
      if (error instanceof TimedOut) return GAP_MS
      if (!stands()) return null
      this.#note(this.#pending.get(id)!, { error: messageOf(error) })
      return FAILED_GAP_MS
    }
  }

  async #follow(login: PendingLogin, answer: QrStatus, stands: () => boolean): Promise<void> {
    const { status: word } = answer
    const status = word.trim().toLowerCase() || 'wait'
    switch (status) {
      case 'wait':
        return this.#note(login, { status, error: login.error === BLOCKED ? BLOCKED : '' })
      case 'scaned':
        return this.#note(login, { status, error: '', verify_code: '' })
      case 'scaned_but_redirect':
        return this.#note(login, { status, ...this.#redirected(answer.redirect_host) })
      case 'need_verifycode': {
        const error = login.verify_code ? 'this was not the code: enter the one that the phone shows' : ''
        return this.#note(login, { status, error, verify_code: '' })
      }
      case 'expired':
      case 'verify_code_blocked':
        return this.#replace(login, status, stands)
      case 'binded_redirect':
        if (!(await this.#deps.pairedBefore())) return this.#note(login, { status, error: BOUND_ELSEWHERE })
        return this.#end(login.id)
      case 'confirmed':
        await this.#deps.paired({ ...answer, baseUrl: this.#addressOf(login, answer.baseurl) })
        return this.#end(login.id)
      default:
        return this.#note(login, { status: word, error: '' })
    }
  }

  #redirected(host: string): { base_url?: string; error: string } {
    if (!host.trim()) return { error: 'missing redirect_host' }
    const url = trustedUrl(host, [baseUrlOf(this.#settings())])
    return url
      ? { base_url: url.replace(/\/+$/, ''), error: '' }
      : { error: 'the platform named a host that is not its own' }
  }

  /** Where the account lives. An address that is not the platform's counts as none. */
  #addressOf(login: PendingLogin, named: string): string {
    if (!named.trim()) return ''
    const url = trustedUrl(named, [baseUrlOf(this.#settings()), login.base_url])
    if (!url) this.#deps.platform.log.warn('weixin named an address that is not its own; it is not used')
    return url ?? ''
  }

  /** A fresh QR code takes the place of one that nobody can scan any more. */
  async #replace(login: PendingLogin, status: 'expired' | 'verify_code_blocked', stands: () => boolean): Promise<void> {
    if (login.refreshes >= MAX_REFRESHES) return this.#note(login, { status, error: NO_MORE_CODES, verify_code: '' })
    const code = await this.#newQr()
    if (!stands()) return
    this.#pending.renew(login.id, { ...code, error: status === 'expired' ? '' : BLOCKED })
  }

  async #newQr(): Promise<Pick<PendingLogin, 'qr_code' | 'qr_content' | 'base_url'>> {
    const settings = this.#settings()
    const baseUrl = qrBaseUrl(baseUrlOf(settings))
    const caller = { fetch: this.#deps.platform.fetch, baseUrl, version: channelVersionOf(settings) }
    const { code, content } = await requestQr(caller, this.#deps.tokens())
    return { qr_code: code, qr_content: content, base_url: baseUrl }
  }

  #settings(): WeixinSettings {
    return this.#deps.config.current.channels.weixin
  }

  /** Writes down what is new, and only that: the platform says `wait` all the time. */
  #note(login: PendingLogin, change: Partial<PendingLogin>): void {
    const news = Object.entries(change).filter(([key, value]) => login[key as keyof PendingLogin] !== value)
    if (news.length > 0) this.#pending.update(login.id, Object.fromEntries(news))
  }

  /** Looks at a login again after `gapMs`; when the platform is not to be asked, at its end. */
  #sleep(id: string, gapMs = 0): void {
    const login = this.#pending.get(id)
    if (!login) return
    const { agenda, platform } = this.#deps
    agenda.at(KIND, id, isAsked(login) ? Math.min(platform.now() + gapMs, login.expires_at) : login.expires_at)
  }

  #end(id: string): void {
    this.#asking.get(id)?.controller.abort()
    this.#pending.remove(id)
    this.#deps.agenda.cancel(KIND, id)
  }
}

/** Whether the platform has something to tell: not of what is over, nor while the phone's number is still to be typed. */
const isAsked = ({ status, verify_code }: PendingLogin) =>
  !isOver(status) && (status !== 'need_verifycode' || verify_code !== '')

function soon(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(ms, 0))
    void work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
