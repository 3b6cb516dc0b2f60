/** The providers that `clawgo onboard` offers by name. Any other OpenAI-compatible server works with its base URL. */

/** What onboarding writes into the config. */
export interface Connection {
  provider: string
  apiBase: string
  /** Empty for a server that needs none. */
  apiKey: string
  model: string
}

export interface KnownProvider {
  /** The key under `models.providers`. */
  name: string
  label: string
  apiBase: string
  needsKey: boolean
  /** Shown as an example of a model's name. */
  example: string
}

export const knownProviders: readonly KnownProvider[] = [
  { name: 'openai', label: 'OpenAI', apiBase: 'https://api.openai.com/v1', needsKey: true, example: 'gpt-5.4' },
  {
    name: 'anthropic',
    label: 'Anthropic',
    apiBase: 'https://api.anthropic.com/v1',
    needsKey: true,
    example: 'claude-sonnet-5-5',
  },
  {
    name: 'gemini',
    label: 'Google Gemini',
    apiBase: 'https://generativelanguage.googleapis.com/v1beta',
    needsKey: true,
    example: 'gemini-flash-latest',
  },
  {
    name: 'openrouter',
    label: 'OpenRouter',
    apiBase: 'https://openrouter.ai/api/v1',
    needsKey: true,
    example: 'openai/gpt-5.4',
  },
  {
    name: 'ollama',
    label: 'Ollama on this machine',
    apiBase: 'http://127.0.0.1:11434/v1',
    needsKey: false,
    example: 'llama3.2',
  },
]

/** The known provider of that name, in any case; undefined for others. */
export function knownProvider(name: string): KnownProvider | undefined {
  return knownProviders.find((provider) => provider.name === name.trim().toLowerCase())
}

/** Whether a name can stand under `models.providers` and in front of `/` in a model reference. */
export function isProviderName(name: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(name.trim())
}
