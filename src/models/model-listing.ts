/** The list of models that a provider gives out, in the three forms there are. */
import * as z from 'zod'
import type { ProviderKind } from './provider-kind.ts'

const MAX_MODELS = 1000
/** Lists are small; what is larger is not one. */
const MAX_CHARS = 8_000_000

const entry = z.object({ id: z.string().trim().min(1) })
const ids = z.union([z.object({ data: z.array(entry) }).transform(({ data }) => data), z.array(entry)])
const google = z.object({
  models: z.array(z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).optional() })),
})

/** The server has no list, or none that can be read. */
export class NoList extends Error {}

/** Names as they stand in a `provider/model`, in the vendor's order, each once. Throws `NoList`, or what `fetch` met. */
export async function listModels(
  kind: ProviderKind,
  base: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<string[]> {
  const query = kind === 'google' ? '?pageSize=1000' : kind === 'anthropic' ? '?limit=1000' : ''
  const headers = {
    accept: 'application/json',
    ...(kind === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {}),
  }
  const response = await fetch(`${base.replace(/\/+$/, '')}/models${query}`, { headers, signal })
  const text = await response.text()
  if (response.status === 404 || response.status === 405) throw new NoList()
  if (!response.ok) {
    throw Object.assign(new Error(text.slice(0, 500) || `status ${response.status}`), {
      statusCode: response.status,
      responseBody: text,
    })
  }
  if (text.length > MAX_CHARS) throw new NoList()
  return [...new Set(namesIn(kind, parsed(text)))].slice(0, MAX_MODELS)
}

function namesIn(kind: ProviderKind, list: unknown): string[] {
  if (kind === 'google') {
    const given = google.safeParse(list)
    if (!given.success) throw new NoList()
    return given.data.models
      .filter(({ supportedGenerationMethods: can }) => !can || can.includes('generateContent'))
      .map(({ name }) => name.replace(/^(?:publishers\/google\/)?models\//, ''))
  }
  const given = ids.safeParse(list)
  if (!given.success) throw new NoList()
  return given.data.map(({ id }) => id)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NoList()
  }
}
