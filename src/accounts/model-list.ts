/** The models that a vendor lists for a fresh login. */
import * as z from 'zod'
import type { OAuthNetwork } from './oauth/token-exchange.ts'
import { limitedText } from './oauth/tolerant-fetch.ts'

const TIMEOUT_MS = 10_000
const MAX_MODELS = 500

const listed = z.object({ data: z.array(z.object({ id: z.string().trim().min(1) })) })

/** Ids in the vendor's order, each once; none when the vendor does not tell, which is no error. */
export async function listModels(base: string, token: string, network: OAuthNetwork): Promise<string[]> {
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${token}` }
    const url = `${base.trim().replace(/\/+$/, '')}/models`
    const response = await network.fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const text = await limitedText(response)
    const list = response.ok ? listed.safeParse(JSON.parse(text)) : undefined
    return list?.success ? [...new Set(list.data.data.map(({ id }) => id))].slice(0, MAX_MODELS) : []
  } catch {
    return []
  }
}
