/** Trying a provider before or after it is used: does it take the credentials, which models has it, does one answer? */
import { badRequest, GatewayError } from '../errors.ts'
import { classify } from './failure.ts'
import { type CallPool, type ModelPorts, openLanguageModel } from './language-model.ts'
import { listModels, NoList } from './model-listing.ts'
import { providerFetch } from './provider-fetch.ts'
import { baseUrlOf, isCodex, providerKind } from './provider-kind.ts'
import { accessOf, type ModelRoute } from './route.ts'
import type { Env, ProviderSettings } from './settings.ts'

export interface TrialRequest {
  /** As its entry is named, or will be. */
  readonly provider: string
  readonly settings: ProviderSettings
  /** One short question is put to this model; empty: none. */
  readonly model: string
  /** The entry is not the one in the config: what becomes of its key says nothing about the one that is. */
  readonly unsaved: boolean
}

export interface Trial {
  /** What the provider lists, in its order; empty when it does not tell. */
  models: string[]
  /** What the model answered, shortened; empty without a question. */
  reply: string
  /** How long the answer took, ms; 0 without a question. */
  duration_ms: number
}

const LIST_MS = 15_000
const ANSWER_MS = 60_000
/** Some models think before they speak, and some servers refuse a smaller number. */
const ANSWER_TOKENS = 64
const REPLY_CHARS = 200

/** Asks. 400 when the entry cannot be used or is refused, 502 when the provider does not answer; both in words. */
export async function tryProvider(request: TrialRequest, ports: ModelPorts & { env: Env }): Promise<Trial> {
  const { provider, settings, model, unsaved } = request
  const access = accessOf(provider, settings, ports.env, ports.ai !== undefined)
  if (!access.usable) throw badRequest(access.why)
  const kind = providerKind(provider, settings)
  const { key, accounts = false, source, detail } = access
  const pool = unsaved && !accounts ? oneKey(key) : ports.pool
  const modelId = model || settings.models?.[0] || 'models'
  const route: ModelRoute = {
    ...{ ref: `${provider}/${modelId}`, provider, modelId, kind, key, accounts, settings, source, detail },
  }
  const base = baseUrlOf(provider, kind, settings)
  const fetch =
    base === undefined ? undefined : providerFetch(route, base, { fetch: ports.fetch, pool, now: ports.now })
  try {
    // ChatGPT's address for accounts has no list.
    const listable = fetch !== undefined && base !== undefined && !isCodex(provider, kind, settings)
    const models = listable ? await listed(kind, base, fetch, model !== '') : []
    if (model === '') {
      if (!listable) throw badRequest(`"${provider}" does not list its models: name one to try`)
      return { models, reply: '', duration_ms: 0 }
    }
    return { models, ...(await answered(route, { ...ports, pool })) }
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause
    const { kind: why, message } = classify(cause, ports.now())
    const status = why === 'network' || why === 'timeout' || why === 'server' ? 502 : 400
    throw new GatewayError(status, 'provider_refused', message, { cause })
  }
}

async function listed(
  kind: ModelRoute['kind'],
  base: string,
  fetch: typeof globalThis.fetch,
  asksModel: boolean,
): Promise<string[]> {
  try {
    return await listModels(kind, base, fetch, AbortSignal.timeout(LIST_MS))
  } catch (error) {
    // The model's answer will tell more; a server without a list is no worse for it.
    if (asksModel) return []
    if (error instanceof NoList) throw badRequest('This server does not list its models: name one to try.')
    throw error
  }
}

async function answered(route: ModelRoute, ports: ModelPorts): Promise<Pick<Trial, 'reply' | 'duration_ms'>> {
  const model = await openLanguageModel(route, ports)
  const begunAt = ports.now()
  const { content } = await model.doGenerate({
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'Answer with the word OK.' }] }],
    maxOutputTokens: ANSWER_TOKENS,
    abortSignal: AbortSignal.timeout(ANSWER_MS),
  })
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return { reply: text.trim().slice(0, REPLY_CHARS), duration_ms: Math.round(ports.now() - begunAt) }
}

/** A pool of the one credential that is tried; it rests nothing and writes nothing down. */
function oneKey(key: string | undefined): CallPool {
  const credential = { kind: key ? ('api_key' as const) : ('none' as const), id: 'trial', target: 'trial' }
  return {
    attempts: async () => [key ? { ...credential, key } : credential],
    freeIn: async () => 0,
    token: () => Promise.reject(badRequest('An account cannot be tried before it has signed in.')),
    succeeded() {},
    failed() {},
    record() {},
  }
}
