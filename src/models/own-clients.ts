/**
 * Data: vendors that serve the accounts of their subscriptions to their own programs only. The gateway does not pass for one
 * of them, so it says so instead of sending calls that are refused, or that break somebody's terms.
 */
import { canonicalProvider } from '../config/index.ts'
import type { ProviderSettings } from './settings.ts'
import { hostOf } from './vendors.ts'

interface Closed {
  /** Hosts of the vendor that behave so; another `api_base` is the owner's own affair. */
  readonly hosts: RegExp
  readonly why: string
}

const CLOUD_CODE: Closed = {
  hosts: /(^|[.-])cloudcode-pa(\.sandbox)?\.googleapis\.com$/,
  why: 'Google serves Cloud Code to its own programs only: use the provider gemini, with an API key or an OAuth client of yours',
}

const CLOSED: Readonly<Record<string, Closed>> = {
  antigravity: CLOUD_CODE,
  'gemini-cli': CLOUD_CODE,
  iflow: {
    hosts: /(^|\.)iflow\.cn$/,
    why: 'iFlow takes the tokens of accounts only in calls that are signed as its own program: use an API key of iFlow',
  },
  kimi: {
    hosts: /(^|\.)kimi\.com$/,
    why: 'Kimi takes the tokens of accounts only with the device headers of its own program: use an API key of Kimi',
  },
}

/** Why no account can sign for an entry; undefined when accounts can. Keys are not asked about, but see `keysRefused`. */
export function accountsRefused(name: string, settings: ProviderSettings): string | undefined {
  const own = canonicalProvider(name).toLowerCase()
  const flow = canonicalProvider(settings.oauth?.provider?.trim() ?? '').toLowerCase()
  const closed = keysRefused(name, settings) ? CLOUD_CODE : (CLOSED[flow] ?? CLOSED[own])
  return closed && isTheirs(closed, settings) ? closed.why : undefined
}

/** Why an entry cannot be asked at all, not even with a key. */
export function keysRefused(name: string, settings: ProviderSettings): string | undefined {
  const own = canonicalProvider(name).toLowerCase()
  const named = own === 'gemini-cli' || own === 'antigravity'
  const theirs = CLOUD_CODE.hosts.test(hostnameOf(settings))
  return theirs || (named && isTheirs(CLOUD_CODE, settings)) ? CLOUD_CODE.why : undefined
}

/** An entry that says nothing of its own about where, or names the vendor. */
function isTheirs({ hosts }: Closed, settings: ProviderSettings): boolean {
  const host = hostnameOf(settings)
  return host === '' || host === 'api.openai.com' || hosts.test(host)
}

const hostnameOf = ({ api_base = '' }: ProviderSettings) => (hostOf(api_base.trim()) ?? '').replace(/:\d+$/, '')
