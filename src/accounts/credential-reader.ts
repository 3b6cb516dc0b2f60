/**
 * Reads credential files: our own, the original's, and those of Codex CLI (`tokens`), Claude Code (`claudeAiOauth`), Gemini
 * CLI and Qwen Code (`expiry_date` in ms). Addresses and clients in a file are never used: a file says who, not where.
 */
import { badRequest } from '../errors.ts'
import { isJsonObject, jsonObject } from '../json-object.ts'
import { type Credential, emptyCredential } from './credential.ts'
import { claimsOf, identityIn } from './identity.ts'

type Loose = Readonly<Record<string, unknown>>

/** Members of the nested objects that become our own, and what must not be kept: clients and addresses. */
const NESTED = ['token', 'auth', 'tokens', 'claudeAiOauth']
const DROPPED =
  /^(access_?token|refresh_?token|id_?token|token_type|expiry|expired?|expiry_date|expires_?at|client_id|client_secret|token_uri|scopes?|universe_domain)$/i
const OWN = new Set([
  ...Object.keys(emptyCredential('')),
  ...['expire', 'expired', 'expiry', 'expiry_date', 'last_refresh', 'client_id', 'client_secret', 'token_uri'],
])

/**
 * The credential in a file's text, for the flow `provider`; its access token may be missing when there is a refresh token.
 * Throws 400 with the file's name: no JSON, or no token in it.
 */
export function readCredential(text: string, provider: string, file: string, now: number): Credential {
  const top = objectIn(text, file)
  const nested = NESTED.flatMap((name) => (isJsonObject(top[name]) ? [top[name]] : []))
  const sources = [...nested, top]
  const pick = (names: readonly string[], from: readonly Loose[] = sources) =>
    from.flatMap((source) => names.map((name) => source[name])).find((value) => value !== undefined && value !== '')
  const textOf = (...names: string[]) => plain(pick(names))
  const ownFirst = (...names: string[]) => plain(pick(names, [top, ...nested]))

  const credential: Credential = {
    ...emptyCredential(provider),
    type: plain(top.type) || provider,
    access_token: textOf('access_token', 'accessToken'),
    refresh_token: textOf('refresh_token', 'refreshToken'),
    id_token: textOf('id_token', 'idToken'),
    token_type: textOf('token_type', 'tokenType'),
    expiresAt: timeOf(pick(['expiry', 'expiry_date', 'expired', 'expire', 'expiresAt', 'expires_at'])),
    lastRefresh: timeOf(top.last_refresh) ?? now,
    account_id: ownFirst('account_id', 'accountId', 'sub'),
    email: ownFirst('email', 'account_email', 'alias', 'account_label', 'label'),
    account_label: ownFirst('account_label', 'label'),
    project_id: ownFirst('project_id', 'projectId'),
    device_id: ownFirst('device_id', 'deviceId'),
    network_proxy: ownFirst('network_proxy', 'proxy_url', 'http_proxy'),
    scope: scopeText(pick(['scope', 'scopes'], [top, ...nested])),
    resource_url: plain(top.resource_url),
    models: Array.isArray(top.models) ? top.models.filter((each): each is string => typeof each === 'string') : [],
    disabled: top.disabled === true,
    disable_reason: plain(top.disable_reason),
    rest: restOf(top),
  }
  if (credential.access_token === '' && credential.refresh_token === '') {
    throw badRequest(`auth.json missing access_token/refresh_token in ${file}`)
  }
  // An earlier program stored a printed object, or the word for nothing, where a claim was missing.
  if (/^map\[|^<nil>$/.test(credential.account_id)) credential.account_id = ''
  if (credential.email === '<nil>') credential.email = ''
  const identity = identityIn({}, claimsOf(credential.id_token))
  credential.email ||= identity.email
  credential.account_id ||= identity.accountId
  return credential
}

function objectIn(text: string, file: string): Loose {
  const value = jsonObject(text.replace(/^\uFEFF/, ''))
  if (value) return value
  throw badRequest(`${file} is no JSON object with OAuth credentials`)
}

/** Members that are not ours, of the file and of its `token` object, without tokens, clients and addresses. */
function restOf(top: Loose): Record<string, unknown> {
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(top)) {
    if (OWN.has(name) || DROPPED.test(name) || name === '__proto__') continue
    if (name === 'accountId' || name === 'projectId' || name === 'deviceId') continue
    if (!NESTED.includes(name) || !isJsonObject(value)) rest[name] = value
    else {
      const kept = Object.entries(value).filter(([inner]) => !DROPPED.test(inner) && inner !== '__proto__')
      if (kept.length > 0) rest[name] = Object.fromEntries(kept)
    }
  }
  return rest
}

/** A date as text, or an epoch in seconds or milliseconds; null for anything else. */
export function timeOf(value: unknown): number | null {
  if (typeof value === 'string' && value.trim() !== '' && !/^\d+$/.test(value.trim())) {
    const ms = Date.parse(value)
    return Number.isNaN(ms) ? null : ms
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number) || number <= 0) return null
  return number < 1e11 ? number * 1000 : number
}

function scopeText(value: unknown): string {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string').join(' ') : plain(value)
}

const plain = (value: unknown) => (typeof value === 'string' ? value.trim() : '')
