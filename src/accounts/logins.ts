/** Signing accounts in: start, complete, import (gateway-api.md "Provider OAuth"). */
import type { ConfigService } from '../config/index.ts'
import { badRequest, GatewayError } from '../errors.ts'
import { accountsRefused } from '../models/index.ts'
import type { Database, Log } from '../platform.ts'
import type { Accounts } from './accounts.ts'
import { codeFrom } from './callback-url.ts'
import type { Credential } from './credential.ts'
import type { CredentialFiles } from './credential-files.ts'
import { type FinishedLogin, fileCredential } from './credential-filing.ts'
import type { HomeNames } from './credential-path.ts'
import { readCredential } from './credential-reader.ts'
import { type LoginFlow, LoginFlows } from './login-flows.ts'
import { checkInlineAddresses } from './network.ts'
import { pollCodexDevice, startCodexDevice } from './oauth/codex-device.ts'
import { type Env, flowOf, type LoginSettings, loginSettings } from './oauth/login-settings.ts'
import {
  exchangeCode,
  GrantRefused,
  type OAuthNetwork,
  pollDevice,
  refreshTokens,
  startCode,
  startDevice,
  type TokenResponse,
} from './oauth/token-exchange.ts'
import { type Chosen, chosenProvider, inlineProvider } from './provider-entry.ts'
import { maskedProxy, normalizedProxy } from './proxy.ts'
import { completed, newCredential, renewed } from './token-credential.ts'
import type { Vault } from './vault.ts'

export interface LoginDeps {
  config: ConfigService
  env: Env
  db: Database
  names: HomeNames
  files: CredentialFiles
  vault: Vault
  accounts: Accounts
  network: OAuthNetwork
  now: () => number
  log: Log
}

/** What every login request may say. */
export interface LoginRequest {
  provider: string
  accountLabel: string
  networkProxy: string
  /** Absent, or what stands for the provider's entry. */
  providerConfig?: unknown
}

export interface StartedLogin {
  flow_id: string
  mode: 'callback' | 'device'
  auth_url: string
  user_code: string
  instructions: string
  account_label: string
  network_proxy: string
  /** Seconds. */
  expires_in: number
}

/** The owner has not typed the code yet. */
export interface PendingLogin extends FinishedLogin {
  pending: true
  /** Seconds. */
  retry_after_sec: number
}

const DEFAULT_INTERVAL_SEC = 5
const MAX_LABEL = 100

export class Logins {
  readonly #deps: LoginDeps
  readonly #flows: LoginFlows
  /** Credentials are filed one after the other: two logins must not take the same name. */
  #filing: Promise<unknown> = Promise.resolve()

  constructor(deps: LoginDeps) {
    this.#deps = deps
    this.#flows = new LoginFlows(deps.db, deps.vault, deps.now)
  }

  /** Begins a login; nothing is stored but the flow. 502 when a vendor gives no device code. */
  async start(request: LoginRequest): Promise<StartedLogin> {
    const chosen = this.#chosen(request)
    refuseClosed(chosen)
    const settings = loginSettings(chosen.name, chosen.entry, this.#deps.env)
    const label = labelOf(request)
    const proxy = normalizedProxy(request.networkProxy || chosen.entry.oauth.network_proxy)
    const begun = await this.#begin(settings, this.#deps.network.through(proxy))
    const flow = await this.#flows.add(
      {
        provider: chosen.name,
        settings: await fingerprint(settings),
        mode: settings.flow.mode,
        state: begun.state,
        verifier: begun.verifier,
        device_code: begun.deviceCode,
        user_code: begun.userCode,
        interval_ms: begun.intervalSec * 1000,
        next_poll: 0,
        label,
        proxy,
        inline: chosen.inline ? chosen.entry : null,
      },
      begun.lifeSec === undefined ? undefined : begun.lifeSec * 1000,
    )
    const device = settings.flow.mode !== 'code'
    return {
      flow_id: flow.id,
      mode: device ? 'device' : 'callback',
      auth_url: begun.page,
      user_code: begun.userCode,
      instructions: device
        ? 'Open auth_url, enter user_code and allow the access. Then call complete with flow_id, again as long as it answers pending.'
        : 'Open auth_url and allow the access. The browser ends on an address that may not open: pass it as callback_url to complete.',
      account_label: label,
      network_proxy: maskedProxy(proxy),
      expires_in: Math.round((flow.expires_at - this.#deps.now()) / 1000),
    }
  }

  /**
   * Completes a login. A device flow whose code nobody typed yet answers at once that it is pending, and stays. A flow ends when
   * it succeeded, or when the vendor says that it can not any more.
   */
  async complete(
    request: LoginRequest & { flowId: string; callbackUrl: string },
  ): Promise<FinishedLogin | PendingLogin> {
    const named = request.provider.trim() ? this.#named(request) : chosenProvider(this.#deps.config.current, '').name
    const flow = await this.#flows.claim(request.flowId.trim(), named)
    try {
      const finished = await this.#complete(flow, request)
      this.#flows.end(flow.id)
      return finished
    } catch (error) {
      if (error instanceof Pending) {
        this.#flows.release(flow.id, { at: this.#deps.now() + error.waitMs, intervalMs: error.intervalMs })
        return { ...PENDING, retry_after_sec: Math.ceil(error.waitMs / 1000) }
      }
      if (error instanceof GrantRefused || isOver(error)) this.#flows.end(flow.id)
      else this.#flows.release(flow.id)
      throw error
    }
  }

  /** Stores the credential of a file that another program made; one with only a refresh token is refreshed first. */
  async import(request: LoginRequest & { text: string; fileName: string }): Promise<FinishedLogin> {
    const chosen = this.#chosen(request)
    refuseClosed(chosen)
    const { env, network, now } = this.#deps
    const flow = flowOf(chosen.entry)
    const label = labelOf(request)
    const proxy = normalizedProxy(request.networkProxy || chosen.entry.oauth.network_proxy)
    let credential = readCredential(request.text, flow.name, request.fileName.slice(0, 100) || 'the file', now())
    const over = network.through(proxy || normalizedProxy(credential.network_proxy))
    if (!credential.access_token) {
      const settings = loginSettings(chosen.name, chosen.entry, env)
      credential = renewed(credential, await refreshTokens(settings, credential.refresh_token, over), now())
    }
    credential = { ...credential, disabled: false, disable_reason: '' }
    return this.#file(chosen, await completed(flow, credential, { label, proxy, network: over }))
  }

  async #begin(settings: LoginSettings, network: OAuthNetwork) {
    const none = { state: '', verifier: '', deviceCode: '', userCode: '', intervalSec: DEFAULT_INTERVAL_SEC }
    switch (settings.flow.mode) {
      case 'code': {
        const { url, state, verifier } = await startCode(settings)
        return { ...none, state, verifier, page: url, lifeSec: undefined }
      }
      case 'device': {
        const { response, verifier } = await startDevice(settings, network)
        return {
          ...none,
          verifier,
          deviceCode: response.device_code,
          userCode: response.user_code,
          page: response.verification_uri_complete ?? response.verification_uri,
          intervalSec: response.interval ?? DEFAULT_INTERVAL_SEC,
          lifeSec: response.expires_in,
        }
      }
      case 'codex-device': {
        const device = await startCodexDevice(settings, network)
        return {
          ...none,
          deviceCode: device.deviceCode,
          userCode: device.userCode,
          page: device.page,
          intervalSec: Math.max(3, device.intervalSec ?? DEFAULT_INTERVAL_SEC),
          lifeSec: device.expiresInSec,
        }
      }
    }
  }

  async #complete(flow: LoginFlow, request: LoginRequest & { callbackUrl: string }): Promise<FinishedLogin> {
    const { config, env, now } = this.#deps
    const chosen = this.#resumed(flow, request)
    if (chosen.inline) checkInlineAddresses(chosen.entry, flowOf(chosen.entry), config.current)
    const settings = loginSettings(chosen.name, chosen.entry, env)
    if ((await fingerprint(settings)) !== flow.settings) {
      throw badRequest("the provider's login settings changed since this login began: start it again")
    }
    const proxy = normalizedProxy(request.networkProxy) || flow.proxy
    const network = this.#deps.network.through(proxy)
    const response = await this.#tokens(flow, settings, request.callbackUrl, network)
    const label = labelOf(request) || flow.label
    const credential = await newCredential(settings.flow, response, { label, proxy, now: now(), network })
    return this.#file(chosen, credential)
  }

  async #tokens(
    flow: LoginFlow,
    settings: LoginSettings,
    callbackUrl: string,
    network: OAuthNetwork,
  ): Promise<TokenResponse> {
    const { now } = this.#deps
    const { state, verifier } = flow
    if (flow.mode === 'code') {
      return exchangeCode(settings, { code: codeFrom(callbackUrl, state), state, verifier }, network)
    }
    if (flow.next_poll > now()) throw new Pending(flow.next_poll - now(), flow.interval_ms)
    const device = { deviceCode: flow.device_code, userCode: flow.user_code, verifier }
    if (flow.mode === 'codex-device') {
      const granted = await pollCodexDevice(settings, device, network)
      if (!granted) throw new Pending(flow.interval_ms, flow.interval_ms)
      return exchangeCode(settings, { ...granted, state: 'device' }, network)
    }
    const answer = await pollDevice(settings, device, network)
    if (answer === 'pending') throw new Pending(flow.interval_ms, flow.interval_ms)
    if (answer === 'slow_down') throw new Pending(flow.interval_ms + 5000, flow.interval_ms + 5000)
    return answer
  }

  #file(chosen: Chosen, credential: Credential): Promise<FinishedLogin> {
    const filed = this.#filing.then(() => fileCredential(chosen, credential, this.#deps))
    this.#filing = filed.catch(() => {})
    return filed
  }

  /** The provider a flow began with; a request that repeats itself is asked for only when its secrets are forgotten. */
  #resumed({ forgotten, inline, provider }: LoginFlow, request: LoginRequest): Chosen {
    const { current } = this.#deps.config
    if (forgotten && !(request.providerConfig ?? request.networkProxy)) {
      throw badRequest(
        'the gateway restarted since this login began and keeps no secrets of a request without CLAWGO_AUTH_KEY: send provider_config and network_proxy again, or start again',
      )
    }
    if (forgotten && request.providerConfig) return inlineProvider(current, provider, request.providerConfig)
    return inline ? inlineProvider(current, provider, inline) : chosenProvider(current, provider)
  }

  /** The provider of a request; addresses that come with it are checked. */
  #chosen({ provider, providerConfig }: LoginRequest): Chosen {
    const { current } = this.#deps.config
    if (providerConfig === undefined || providerConfig === null) return chosenProvider(current, provider)
    const chosen = inlineProvider(current, provider, providerConfig)
    if (chosen.inline) checkInlineAddresses(chosen.entry, flowOf(chosen.entry), current)
    return chosen
  }

  /** The name alone: a flow that began with a `provider_config` may be of a provider the config does not know. */
  #named(request: LoginRequest): string {
    return inlineProvider(this.#deps.config.current, request.provider, { auth: 'oauth' }).name
  }
}

/** 400 for an account that could sign in and then sign nothing. */
function refuseClosed({ name, entry }: Chosen): void {
  const why = accountsRefused(name, entry)
  if (why) throw badRequest(why)
}

/** Thrown inside only: the vendor waits for its user. */
class Pending extends Error {
  readonly waitMs: number
  readonly intervalMs: number
  constructor(waitMs: number, intervalMs: number) {
    super('pending')
    this.waitMs = waitMs
    this.intervalMs = intervalMs
  }
}

const PENDING = { pending: true, account: '', credential_file: '', network_proxy: '', models: [] as string[] } as const

/** The vendor ended a device flow. */
const isOver = (error: unknown) =>
  error instanceof GatewayError && /^oauth device /.test(error.message) && error.status < 500

function labelOf({ accountLabel }: LoginRequest): string {
  const label = accountLabel.trim()
  if (label.length > MAX_LABEL) throw badRequest(`account_label has at most ${MAX_LABEL} characters`)
  return label
}

/** Of what a login must not begin with and end with another: endpoints and client. */
async function fingerprint({ authUrl, tokenUrl, redirectUrl, clientId, flow }: LoginSettings): Promise<string> {
  const text = JSON.stringify([flow.name, authUrl, tokenUrl, redirectUrl, clientId])
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
