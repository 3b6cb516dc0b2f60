/** Collects what an error says, through wrappers and causes: status, words, names, how long to wait. */
import { redact } from './redact.ts'

export interface Evidence {
  status: number | undefined
  /** All words found, lower case, for matching only. */
  text: string
  /** Names of the errors of the chain. */
  names: ReadonlySet<string>
  retryAfterMs: number | undefined
  /** The upstream's own message, one line, without secrets; may be empty. */
  detail: string
  /** The vendor reported it inside its stream: no Error of ours. */
  fromStream: boolean
}

const DETAIL_LENGTH = 300
/** Matching looks at no more than this of a body. */
const TEXT_LENGTH = 4_000
const CHAIN_LENGTH = 8

interface Loose {
  name?: unknown
  message?: unknown
  code?: unknown
  type?: unknown
  status?: unknown
  statusCode?: unknown
  responseBody?: unknown
  responseHeaders?: unknown
  cause?: unknown
  lastError?: unknown
  error?: unknown
  response?: unknown
  detail?: unknown
}

/** Reads an error; `now` in ms since the epoch. */
export function gather(error: unknown, now: number): Evidence {
  const chain = chainOf(error)
  const names = new Set(chain.flatMap((e) => (typeof e.name === 'string' ? [e.name] : [])))
  const status = chain.map((e) => statusOf(e)).find((s) => s !== undefined)
  const body = chain.map((e) => e.responseBody).find((b): b is string => typeof b === 'string' && b !== '')
  const upstream = body === undefined ? undefined : messageIn(parse(body) ?? body)
  const own = chain.map((e) => messageIn(e)).filter((m) => m !== '')
  const codes = chain.flatMap((e) => [e.code, e.type].filter((c) => typeof c === 'string'))
  const text = [body?.slice(0, TEXT_LENGTH), ...own, ...codes].join('\n').toLowerCase()
  const headers = chain.map((e) => e.responseHeaders).find((h) => typeof h === 'object' && h !== null)
  return {
    status,
    text,
    names,
    retryAfterMs: delayIn(headers as Record<string, string> | undefined, now) ?? delayInText(text),
    detail: line(upstream || mostTelling(own)),
    fromStream: !(error instanceof Error),
  }
}

/** The error and what it wraps: retries, causes, the `error` member of a reported event. */
function chainOf(error: unknown): Loose[] {
  const chain: Loose[] = []
  const queue: unknown[] = [error]
  while (queue.length > 0 && chain.length < CHAIN_LENGTH) {
    const next = queue.shift()
    if (typeof next === 'string') chain.push({ message: next })
    if (typeof next !== 'object' || next === null || chain.includes(next)) continue
    const loose = next as Loose
    chain.push(loose)
    const failed =
      typeof loose.response === 'object' && loose.response !== null ? (loose.response as Loose).error : undefined
    queue.push(loose.lastError, loose.error, failed, loose.cause)
  }
  return chain
}

function statusOf({ statusCode, status, code }: Loose): number | undefined {
  return [statusCode, status, code].map(Number).find((n) => Number.isInteger(n) && n >= 400 && n < 600)
}

/** "terminated" and "fetch failed" say nothing; their cause does. */
function mostTelling(messages: string[]): string {
  return messages.find((m) => !/^(terminated|fetch failed|No output generated.*)$/i.test(m)) ?? messages[0] ?? ''
}

/** The message in any of the shapes vendors answer with. */
function messageIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return messageIn(value[0])
  if (typeof value !== 'object' || value === null) return ''
  const { error, message, detail } = value as Loose
  for (const inner of [message, typeof error === 'string' ? error : messageIn(error), detail]) {
    if (typeof inner === 'string' && inner.trim() !== '') return inner
    if (Array.isArray(inner)) return messageIn(inner)
  }
  return ''
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** One line without tags and secrets, cut at 300 characters. */
function line(text: string): string {
  const plain = /<\w+[^>]*>/.test(text) ? text.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]+>/g, ' ') : text
  const flat = [...redact(plain).replace(/\s+/g, ' ').trim()]
  return flat.length > DETAIL_LENGTH ? `${flat.slice(0, DETAIL_LENGTH - 1).join('')}…` : flat.join('')
}

function delayIn(headers: Record<string, string> | undefined, now: number): number | undefined {
  if (!headers) return undefined
  const find = (name: string) => Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
  const ms = Number(find('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms)) return Math.max(0, ms)
  const after = find('retry-after')
  if (!after) return undefined
  const seconds = Number(after)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(after)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Google's `"retryDelay": "22s"`; "try again in 6m0.5s", "retry after 20 seconds" elsewhere. */
function delayInText(text: string): number | undefined {
  const wait = /(?:"retrydelay":\s*"|(?:try again|retry) (?:in|after) )((?:[\d.]+\s*(?:ms|h|m|s)[a-z]*\s*)+)/.exec(
    text,
  )?.[1]
  if (!wait) return undefined
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  let total = 0
  for (const [, n, u] of wait.matchAll(/([\d.]+)\s*(ms|h|m|s)/g)) total += Number(n) * unit[u as keyof typeof unit]
  return Number.isFinite(total) ? Math.ceil(total) : undefined
}
