/** Which protocol a provider entry speaks, and where (config.md section 3.6, providers.md sections 1.2, 1.3). */
import { canonicalProvider } from '../config/index.ts'
import type { ProviderSettings } from './settings.ts'
import { hostOf, VENDORS, vendorAt } from './vendors.ts'

/**
 * `openai` is OpenAI's own service; `openai-compatible` is everybody who speaks its chat completions; `aistudio` is
 * Google's protocol through a relay.
 */
export type ProviderKind =
  | 'openai'
  | 'openai-compatible'
  | 'anthropic'
  | 'google'
  | 'aistudio'
  | 'workers-ai'
  | 'offline'

const KINDS: Readonly<Record<string, ProviderKind>> = {
  'openai-compatibility': 'openai-compatible',
  'openai-compatible': 'openai-compatible',
  claude: 'anthropic',
  gemini: 'google',
  aistudio: 'aistudio',
  vertex: 'google',
  codex: 'openai',
  'workers-ai': 'workers-ai',
  workers_ai: 'workers-ai',
  cloudflare: 'workers-ai',
  offline: 'offline',
}

/**
 * The protocol of an entry: its `type`, else its name or alias, else the host of its URL, else OpenAI-compatible.
 * An entry named `openai` that points elsewhere is a compatible server: most of them lack what only OpenAI has.
 */
export function providerKind(name: string, settings: ProviderSettings): ProviderKind {
  const type = canonicalProvider(settings.type ?? '').toLowerCase()
  if (type) return type === 'openai' ? 'openai' : (KINDS[type] ?? 'openai-compatible')
  if (canonicalProvider(settings.oauth?.provider ?? '') === 'aistudio') return 'aistudio'
  const byName = KINDS[canonicalProvider(name).toLowerCase()] ?? KINDS[accountKind(settings)]
  if (byName) return byName
  const base = settings.api_base?.trim()
  if (!base) return vendorNamed(name)?.kind ?? 'openai-compatible'
  const vendor = vendorAt(base)
  // Google serves an OpenAI-compatible door on the same host.
  if (vendor?.kind === 'google' && /\/openai\/?$/.test(base)) return 'openai-compatible'
  return vendor?.kind ?? 'openai-compatible'
}

/**
 * Where requests of an entry go, in the form its SDK wants; undefined when neither the entry nor its vendor says.
 * The version segment is ours to add: `https://api.anthropic.com` and `.../v1` mean the same.
 */
export function baseUrlOf(name: string, kind: ProviderKind, settings: ProviderSettings): string | undefined {
  const given = settings.api_base?.trim().replace(/\/+$/, '') ?? ''
  // A keyless default entry points to OpenAI whatever its name: it says nothing about another vendor's address.
  const base = given && !(isForeign(kind) && hostOf(given) === 'api.openai.com') ? given : ''
  switch (kind) {
    case 'anthropic':
      return `${(base || 'https://api.anthropic.com').replace(/(\/v1)?(\/messages)?$/, '')}/v1`
    case 'aistudio':
    case 'google':
      if (canonicalProvider(name).toLowerCase() === 'vertex') {
        return base.includes('/publishers/')
          ? base
          : `${base || 'https://aiplatform.googleapis.com'}/v1/publishers/google`
      }
      return `${withScheme(base || 'https://generativelanguage.googleapis.com').replace(/(\/v1beta)?(\/(models|openai).*)?$/, '')}/v1beta`
    case 'openai':
      return (base || 'https://api.openai.com/v1').replace(/\/(responses|chat\/completions)$/, '')
    case 'openai-compatible':
      return (base || vendorNamed(name)?.base || '').replace(/\/chat\/completions$/, '') || undefined
    default:
      return undefined
  }
}

/** True when the entry is to be asked through the Responses API: blank means so for OpenAI itself only. */
export function usesResponses(kind: ProviderKind, settings: ProviderSettings): boolean {
  const api = settings.responses?.api?.trim().toLowerCase() ?? ''
  return api === '' ? kind === 'openai' : api === 'responses'
}

/** True for ChatGPT accounts at OpenAI: their address has rules of its own (providers.md section 4.3). */
export function isCodex(name: string, kind: ProviderKind, settings: ProviderSettings): boolean {
  if (kind !== 'openai' || !/^(oauth|hybrid)$/i.test(settings.auth?.trim() ?? '')) return false
  const flow = settings.oauth?.provider?.trim() || name
  return canonicalProvider(flow).toLowerCase() === 'codex'
}

/** Which vendor's accounts sign in: they speak its protocol. */
const accountKind = ({ auth = '', oauth }: ProviderSettings) =>
  /^(oauth|hybrid)$/i.test(auth.trim()) ? canonicalProvider(oauth?.provider ?? '').toLowerCase() : ''

const isForeign = (kind: ProviderKind) => kind === 'anthropic' || kind === 'google' || kind === 'aistudio'

const withScheme = (base: string) => (base.includes('://') ? base : `https://${base}`)

const vendorNamed = (name: string) => VENDORS.find((vendor) => vendor.name === canonicalProvider(name).toLowerCase())
