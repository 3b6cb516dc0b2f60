/** Connecting a first model: what is written into the config, and whether the provider answers to it. */
import { answer, api, failureOf } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'

export interface Preset {
  /** Its name under `models.providers`. */
  name: string
  label: string
  apiBase: string
  needsKey: boolean
  /** A model to begin with. */
  model: string
}

export const PRESETS: readonly Preset[] = [
  { name: 'openai', label: 'OpenAI', apiBase: 'https://api.openai.com/v1', needsKey: true, model: 'gpt-5.4' },
  {
    name: 'anthropic',
    label: 'Anthropic',
    apiBase: 'https://api.anthropic.com/v1',
    needsKey: true,
    model: 'claude-sonnet-5-5',
  },
  {
    name: 'gemini',
    label: 'Google Gemini',
    apiBase: 'https://generativelanguage.googleapis.com/v1beta',
    needsKey: true,
    model: 'gemini-flash-latest',
  },
  {
    name: 'openrouter',
    label: 'OpenRouter',
    apiBase: 'https://openrouter.ai/api/v1',
    needsKey: true,
    model: 'openai/gpt-5.4',
  },
  {
    name: 'deepseek',
    label: 'DeepSeek',
    apiBase: 'https://api.deepseek.com/v1',
    needsKey: true,
    model: 'deepseek-chat',
  },
  { name: 'ollama', label: 'Ollama', apiBase: 'http://127.0.0.1:11434/v1', needsKey: false, model: 'llama3.2' },
]

export interface ModelConnection {
  provider: string
  apiBase: string
  /** Empty where the server needs none. */
  apiKey: string
  model: string
}

type Section = Record<string, unknown>

/** Writes the connection into the config, which the gateway checks and applies at once; keeps all else. */
export async function connectModel({ provider, apiBase, apiKey, model }: ModelConnection): Promise<void> {
  const config = (await answer(api.GET('/api/config'))) as Section
  const entry = section(config, 'models', 'providers', provider)
  Object.assign(entry, { api_base: apiBase, auth: apiKey ? '' : 'none' }, apiKey ? { api_key: apiKey } : {})
  const listed = Array.isArray(entry.models) ? entry.models.filter((name) => name !== model) : []
  entry.models = [model, ...listed]
  entry.timeout_sec ||= 90
  section(config, 'agents', 'defaults', 'model').primary = `${provider}/${model}`
  const { error, response } = await api.POST('/api/config', { body: config })
  if (!response.ok) {
    const refused = error as { error?: string; errors?: string[] } | string | undefined
    throw failureOf(
      response.status,
      typeof refused === 'object' ? (refused.errors?.join('\n') ?? refused.error) : refused,
    )
  }
}

/** The models that a connected provider offers, after one has answered; throws where it does not, or refuses the key. */
export async function modelsOf(provider: string, model: string): Promise<readonly string[]> {
  const { models } = await answer(api.POST('/api/provider/test', { body: { provider, model } }))
  return models
}

/** Shows the new model everywhere. */
export async function modelConnected(): Promise<void> {
  await Promise.all(['models', 'status', 'config'].map((first) => queries.invalidateQueries({ queryKey: [first] })))
}

/** The object at a path; made where it is missing. */
function section(of: Section, ...path: string[]): Section {
  let at = of
  for (const name of path) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined
    if (typeof next !== 'object' || next === null) at[name] = {}
    at = at[name] as Section
  }
  return at
}
