/**
 * Where secrets are in a document: known keys that the schema marks, unknown keys that sound like one, and the
 * credentials inside URLs and command lines.
 */
import type * as z from 'zod'
import { isRecord } from './document.ts'
import { below, isSecret, shapeOf } from './shape.ts'

/** A text or number of a document, and what is known about its place. */
export interface Leaf {
  /** For people: `channels.weixin.accounts[0].bot_token`. */
  path: string
  /** Its own key; of a list's item, the key of the list. */
  key: string
  value: string | number
  /** All of the value is secret. */
  secret: boolean
  /** The schema knows the key. */
  known: boolean
  /** In a list: the text before it. */
  previous: unknown
}

/** A part of a text, `[from, to)`. */
export type Span = readonly [from: number, to: number]

const SECRET_KEY =
  /token|secret|passw(or)?d|passphrase|credential|authorization|cookie|bearer|(^|[_-])(api_?|private_?|access_?)?keys?$|Keys?$|apikey/i
/** A number under a key like `max_tokens` or `token_budget` is a limit, not a secret. */
const SECRET_NUMBER_KEY = /(secret|passw(or)?d|passphrase|(^|[_-])pin|token|key)$/i

/** Known keys whose URLs are addresses of services: a long id in their path is no credential. */
const PLAIN_URLS = new Set(['api_base', 'base_url', 'auth_url', 'token_url', 'redirect_url'])

/** Rebuilds a document with every text and number replaced by what `visit` makes of it. */
export function mapLeaves(
  schema: z.ZodType | undefined,
  value: unknown,
  visit: (leaf: Leaf) => unknown,
  at: Omit<Leaf, 'value' | 'known'> = { path: '', key: '', secret: false, previous: undefined },
): unknown {
  if (Array.isArray(value)) {
    const item = below(schema, '0')
    return value.map((each, index) =>
      mapLeaves(item, each, visit, { ...at, path: `${at.path}[${index}]`, previous: value[index - 1] }),
    )
  }
  if (isRecord(value)) {
    const isMap = schema !== undefined && shapeOf(schema).kind === 'map'
    const entries = Object.entries(value).map(([key, each]) => {
      const inner = below(schema, key)
      const secret = inner ? isSecret(inner) : at.secret || SECRET_KEY.test(key)
      const path = at.path === '' ? key : `${at.path}.${key}`
      return [key, mapLeaves(inner, each, visit, { path, key: isMap ? at.key : key, secret, previous: undefined })]
    })
    return Object.fromEntries(entries)
  }
  if (typeof value !== 'string' && typeof value !== 'number') return value
  return visit({ ...at, value, known: schema !== undefined })
}

/** The secret parts of a leaf, in order. Empty values hold none. */
export function secretSpans(leaf: Leaf): Span[] {
  const { value, key } = leaf
  if (typeof value === 'number') {
    return leaf.secret && !leaf.known && SECRET_NUMBER_KEY.test(key) ? [[0, String(value).length]] : []
  }
  if (value === '') return []
  if (leaf.secret) return [[0, value.length]]
  if (key === 'network_proxy') return proxySpans(value)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) {
    // A password with a slash in it makes no URL, and is a password all the same.
    return URL.canParse(value) || !value.includes('@') ? urlSpans(value, !PLAIN_URLS.has(key)) : proxySpans(value)
  }
  if (key === 'args') return argumentSpans(value, leaf.previous)
  return !leaf.known && LOOKS_LIKE_KEY.test(value) ? [[0, value.length]] : []
}

/** Forms that vendors give their keys. */
const LOOKS_LIKE_KEY = /^(sk-|xox[abprs]-|gh[opsu]_|github_pat_|glpat-|AKIA|AIza|Bearer\s)\S{8,}/

/** `user:PASSWORD@host`, also without a scheme and with odd characters. */
function proxySpans(value: string): Span[] {
  const end = value.lastIndexOf('@')
  if (end < 0) return []
  const start = /^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0].length ?? 0
  return credentials(value, start, end)
}

function credentials(value: string, start: number, end: number): Span[] {
  const colon = value.slice(start, end).indexOf(':')
  const from = colon < 0 ? start : start + colon + 1
  return from < end ? [[from, end]] : []
}

/** Password, secret parameters, and (`paths`) segments that look like a token, as webhooks have them. */
function urlSpans(value: string, paths: boolean): Span[] {
  const start = value.indexOf('://') + 3
  const length = /[/?#]/.exec(value.slice(start))?.index ?? value.length - start
  const rest = start + length
  const at = value.slice(start, rest).lastIndexOf('@')
  const spans = at < 0 ? [] : credentials(value, start, start + at)
  const query = /[?#]/.exec(value.slice(rest))?.index ?? value.length - rest
  if (paths) {
    for (const { 0: segment, index } of value.slice(rest, rest + query).matchAll(/[^/]+/g)) {
      if (isToken(segment)) spans.push([rest + index, rest + index + segment.length])
    }
  }
  for (const match of value.slice(rest + query).matchAll(/[?&#;]([^=&#;]+)=([^&#;]+)/g)) {
    if (!SECRET_KEY.test(match[1]!) && !/^(sig|signature|sign|auth|code)$/i.test(match[1]!)) continue
    const to = rest + query + match.index + match[0].length
    spans.push([to - match[2]!.length, to])
  }
  return spans
}

/** Long, with letters and digits mixed: not a word, and a mask neither. */
function isToken(segment: string): boolean {
  return segment.length >= 16 && /\d/.test(segment) && /[a-z]/i.test(segment) && !/[.]\w{1,5}$/.test(segment)
}

/** `--token=VALUE`, `API_KEY=VALUE`, `--token VALUE`, and `Authorization: VALUE` as arguments of a command. */
function argumentSpans(value: string, previous: unknown): Span[] {
  const flag = typeof previous === 'string' && /^--?[\w-]+$/.test(previous) ? previous.replace(/^-+/, '') : ''
  if (flag !== '' && !value.startsWith('-') && SECRET_KEY.test(flag)) return [[0, value.length]]
  const pair = /^(?:--?)?([\w-]+)(?:=|:\s*)(.+)$/s.exec(value)
  if (pair && SECRET_KEY.test(pair[1]!)) return [[value.length - pair[2]!.length, value.length]]
  return LOOKS_LIKE_KEY.test(value) ? [[0, value.length]] : []
}
