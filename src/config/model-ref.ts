/** References to models, `provider/model`, and the names a provider goes by (config.md section 4). */

const ALIASES: Record<string, string> = {}
for (const [canonical, names] of Object.entries({
  'gemini-cli': 'geminicli gemini_cli',
  aistudio: 'ai-studio ai_studio google-ai-studio google_ai_studio googleaistudio',
  gemini: 'google gemini-api-key gemini_api_key',
  claude: 'anthropic claude-code claude_code claude-api-key claude_api_key',
  'openai-compatibility': 'openai_compatibility openai-compat openai_compat',
  vertex: 'vertex-api-key vertex_api_key vertex-compat vertex_compat vertex-compatibility vertex_compatibility',
  codex: 'codex-api-key codex_api_key',
  iflow: 'i-flow i_flow',
})) {
  for (const name of [canonical, ...names.split(' ')]) ALIASES[name] = canonical
}

/** The canonical name of a provider; a name without alias is trimmed and keeps its case. */
export function canonicalProvider(name: string): string {
  const trimmed = name.trim()
  const key = trimmed.toLowerCase()
  return Object.hasOwn(ALIASES, key) ? ALIASES[key]! : trimmed
}

/** Splits at the first `/` that is not at the start; without one the whole text is the model. Both parts are trimmed. */
export function splitModelRef(ref: string): { provider: string; model: string } {
  const text = ref.trim()
  const slash = text.indexOf('/')
  if (slash <= 0) return { provider: '', model: text }
  return { provider: text.slice(0, slash).trim(), model: text.slice(slash + 1).trim() }
}

/** The key of a provider's entry: the exact name first, then any key that stands for the same provider. */
export function findProvider(providers: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const wanted = name.trim()
  if (Object.hasOwn(providers, wanted)) return wanted
  const canonical = canonicalProvider(wanted)
  if (Object.hasOwn(providers, canonical)) return canonical
  return Object.keys(providers).find((key) => canonicalProvider(key) === canonical)
}

/** The reference with its provider written as the key of its entry, or as its canonical name when there is no entry. */
export function canonicalModelRef(providers: Readonly<Record<string, unknown>>, ref: string): string {
  const { provider, model } = splitModelRef(ref)
  return provider === '' ? model : `${findProvider(providers, provider) ?? canonicalProvider(provider)}/${model}`
}

/** The provider a reference means: its own part, else the first entry; `openai` when there is none. */
export function providerOf(providers: Readonly<Record<string, unknown>>, ref: string): string {
  const { provider } = splitModelRef(ref)
  if (provider === '') return Object.keys(providers)[0] ?? 'openai'
  return findProvider(providers, provider) ?? canonicalProvider(provider)
}
