/** The `web_search` tool over the Brave Search API (agent.md section 9.7). */
import * as z from 'zod'
import { badRequest, GatewayError } from '../../errors.ts'
import type { Platform } from '../../platform.ts'
import { defineTool } from '../tool.ts'
import { readBody } from './read-body.ts'

const BRAVE = 'https://api.search.brave.com'
const TIMEOUT_MS = 10_000
const MAX_BODY = 8 << 20
const DEFAULT_COUNT = 5

const input = z.object({
  query: z.string({ error: 'query is required' }).trim().min(1, 'query is required'),
  count: z.number().int().optional().describe('Results, 1 to 10'),
})

/** `tools.web.search` as it stands in the config. */
export interface SearchSettings {
  readonly api_key: string
  readonly max_results: number
}

export interface WebSearchDeps {
  publicFetch: Platform['publicFetch']
  allow: () => readonly string[]
  settings: () => SearchSettings
  /** Origin of the search API; Brave's when absent. */
  baseUrl?: string
}

const results = z.object({
  web: z
    .object({
      results: z.array(z.object({ title: z.string().catch(''), url: z.string(), description: z.string().catch('') })),
    })
    .optional(),
})

/** Searches the web. Throws when there is no key, and when the API refuses. */
export function webSearchTool({ publicFetch, allow, settings, baseUrl = BRAVE }: WebSearchDeps) {
  return defineTool<z.output<typeof input>>({
    name: 'web_search',
    description: 'Searches the web and returns titles, addresses and snippets. Read a result with web_fetch.',
    input,
    parallel: true,
    idempotent: true,
    timeoutMs: TIMEOUT_MS + 5000,
    async run({ query, count }, { signal }) {
      const { api_key, max_results } = settings()
      if (api_key === '') {
        throw badRequest(
          'BRAVE_API_KEY not configured: set tools.web.search.api_key (CLAWGO_TOOLS_WEB_SEARCH_API_KEY) to a key of the Brave Search API',
        )
      }
      const url = new URL('/res/v1/web/search', baseUrl)
      url.searchParams.set('q', query)
      url.searchParams.set('count', String(inRange(count) ?? inRange(max_results) ?? DEFAULT_COUNT))
      const headers = { accept: 'application/json', 'x-subscription-token': api_key }
      const limit = AbortSignal.timeout(TIMEOUT_MS)
      const body = await ask(() =>
        publicFetch(url, { headers, redirect: 'manual', signal: AbortSignal.any([signal, limit]) }, { allow: allow() }),
      ).catch((error) => {
        signal.throwIfAborted()
        throw limit.aborted ? failed(`no answer within ${TIMEOUT_MS / 1000} s`) : error
      })
      return render(query, parse(body))
    },
  })
}

const inRange = (count: number | undefined) => (count !== undefined && count >= 1 && count <= 10 ? count : undefined)
const failed = (why: string) => new GatewayError(502, 'request_failed', `request failed: ${why}`)

async function ask(request: () => Promise<Response>): Promise<string> {
  let response: Response
  try {
    response = await request()
  } catch (error) {
    if (error instanceof GatewayError) throw error
    throw failed('the search API cannot be reached')
  }
  if (!response.ok) {
    await response.body?.cancel()
    throw failed(refusal(response.status))
  }
  const { bytes, cut } = await readBody(response, MAX_BODY)
  if (cut) throw new GatewayError(502, 'too_large', `response body too large (>${MAX_BODY} bytes)`)
  return new TextDecoder().decode(bytes)
}

function refusal(status: number): string {
  if (status === 401 || status === 403 || status === 422) {
    return `the search API refused the key or the request (HTTP ${status}); check tools.web.search.api_key`
  }
  if (status === 429) return 'the search API allows no more searches for now (HTTP 429); try later'
  return `the search API answered HTTP ${status}`
}

function parse(body: string) {
  try {
    return results.parse(JSON.parse(body)).web?.results ?? []
  } catch (error) {
    throw new GatewayError(502, 'bad_response', 'failed to parse response: not what the search API promises', {
      cause: error,
    })
  }
}

function render(query: string, found: Array<{ title: string; url: string; description: string }>): string {
  if (found.length === 0) return `No results for: ${query}`
  const lines = found.map(
    ({ title, url, description }, i) => `${i + 1}. ${plain(title)}\n   ${url}\n   ${plain(description)}`,
  )
  return `Results for: ${query}\n${lines.join('\n')}`
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  '#39': "'",
  '#x27': "'",
  apos: "'",
  nbsp: ' ',
}

/** Titles and snippets carry a little HTML. */
function plain(html: string): string {
  const text = html
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/&(#?\w+);/g, (whole, name: string) =>
      Object.hasOwn(ENTITIES, name.toLowerCase()) ? ENTITIES[name.toLowerCase()]! : whole,
    )
  return text.replace(/\s+/g, ' ').trim()
}
