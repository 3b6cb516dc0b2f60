/** Data: the vendors known by name, host and environment variable, in the order discovery tries them. */
import type { Env } from './settings.ts'

export interface Vendor {
  /** Canonical provider name. */
  readonly name: string
  readonly kind: 'openai' | 'openai-compatible' | 'anthropic' | 'google'
  /** Environment variables that hold its key, first set one wins. */
  readonly keys: readonly string[]
  readonly base: string
  /** What a fresh start talks to; `CLAWGO_MODEL` overrides it. */
  readonly model: string
}

export const VENDORS: readonly Vendor[] = [
  { name: 'openai', kind: 'openai', keys: ['OPENAI_API_KEY'], base: 'https://api.openai.com/v1', model: 'gpt-5.4' },
  {
    name: 'claude',
    kind: 'anthropic',
    keys: ['ANTHROPIC_API_KEY'],
    base: 'https://api.anthropic.com',
    model: 'claude-sonnet-5-5',
  },
  {
    name: 'gemini',
    kind: 'google',
    keys: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    base: 'https://generativelanguage.googleapis.com',
    model: 'gemini-flash-latest',
  },
  compatible('openrouter', 'OPENROUTER_API_KEY', 'https://openrouter.ai/api/v1', 'openrouter/auto'),
  compatible('deepseek', 'DEEPSEEK_API_KEY', 'https://api.deepseek.com/v1', 'deepseek-chat'),
  compatible('groq', 'GROQ_API_KEY', 'https://api.groq.com/openai/v1', 'openai/gpt-oss-120b'),
  compatible('mistral', 'MISTRAL_API_KEY', 'https://api.mistral.ai/v1', 'mistral-large-latest'),
  compatible('xai', 'XAI_API_KEY', 'https://api.x.ai/v1', 'grok-4'),
]

function compatible(name: string, key: string, base: string, model: string): Vendor {
  return { name, kind: 'openai-compatible', keys: [key], base, model }
}

/** The vendor whose own host a base URL names. */
export function vendorAt(base: string): Vendor | undefined {
  const host = hostOf(base)
  return host === undefined ? undefined : VENDORS.find((vendor) => hostOf(vendor.base) === host)
}

/** The vendor's key in the environment, with the name of its variable. */
export function keyInEnv(vendor: Vendor, env: Env): { variable: string; key: string } | undefined {
  for (const variable of vendor.keys) {
    const key = env[variable]?.trim()
    if (key) return { variable, key }
  }
  return undefined
}

/** The host of a URL in lower case; undefined when it is no URL. */
export function hostOf(url: string): string | undefined {
  return URL.parse(url)?.host
}
