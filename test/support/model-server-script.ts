/**
 * The script language of the model server: the last user message says how the model answers it. The description for
 * test authors is at the top of `model-server.ts`. Everything but the `xN` counters is derived from the request, so a
 * repeated request gets the repeated answer.
 */

/** What a wire format read from a request. */
export interface Ask {
  model: string
  stream: boolean
  /** Text of the last user message: the script. */
  prompt: string
  /** Answers with tool calls since that message: the step to play, from 0. */
  step: number
  /** Texts of the tool results since that message, in order. */
  results: string[]
  tools: OfferedTool[]
  messages: number
}

export interface OfferedTool {
  name: string
  schema: unknown
}

export interface PlannedCall {
  id: string
  name: string
  /** JSON text, as it goes over the wire. */
  input: string
}

/** One answer, to be told in the words of a vendor. */
export interface Plan {
  reasoning: string[]
  deltas: string[]
  calls: PlannedCall[]
  finish: 'stop' | 'tool-calls' | 'length' | 'content-filter'
  inputTokens: number
  outputTokens: number
}

/** What goes wrong with it, if anything. Counts are in deltas. */
export interface Fault {
  fail?: number
  retryAfter?: string
  overflow?: boolean
  hang?: number | 'headers'
  die?: number
  cut?: number
  garbage?: 'json' | 'html'
  /** A member of the request the server does not take, and one it insists on. */
  refuse?: string
  demand?: string
}

export interface Scene {
  key: string
  plan: Plan
  fault: Fault
  /** Milliseconds before the first byte and between deltas. */
  first: number
  delay: number
}

type Directive = [name: string, value: string]

const NAMES = new Set(
  'k tools call +call text say tokens think delay first fail retry_after hang die cut garbage overflow finish usage pieces refuse demand'.split(
    ' ',
  ),
)

/** Reads the script and plays the step the request is at. `hits(name)` counts how often a fault has been asked for. */
export function perform(ask: Ask, bodyLength: number, hits: (counter: string) => number): Scene {
  const all = directives(ask.prompt)
  const key = value(all, 'k', ask.step) ?? ask.prompt
  const get = (name: string) => value(all, name, ask.step)
  const number = (name: string, otherwise: number) => Number(get(name) ?? otherwise)

  /** A fault `value` or `valuexN`: N times for each key and step, then no more. */
  const fault = (name: string, applies: (what: string) => boolean = () => true): string | undefined => {
    const [, what, times] = /^(.*?)(?:x(\d+))?$/.exec(get(name) ?? '') ?? []
    if (!what || !applies(what)) return undefined
    return times === undefined || hits(`${key}\n${ask.step}\n${name}`) <= Number(times) ? what : undefined
  }

  const calls = ask.tools.length > 0 ? callsOf(all, ask) : []
  const deltas = calls.length > 0 ? words(get('say') ?? '') : answer(ask, get('text'), get('tokens'))
  const size = number('pieces', 0)
  const shown = size > 0 ? piecesOf(deltas.join(''), size) : deltas
  const reasoning = Array.from({ length: number('think', 0) }, (_, i) => `r${i} `)
  const [inputTokens, outputTokens] = (get('usage') ?? `${Math.ceil(bodyLength / 4)},${deltas.length}`)
    .split(',')
    .map(Number)
  const finish = (get('finish') as Plan['finish'] | undefined) ?? (calls.length > 0 ? 'tool-calls' : 'stop')

  const found: Fault = {}
  const fail = fault('fail')
  if (fail !== undefined) found.fail = Number(fail)
  const retryAfter = get('retry_after')
  if (retryAfter !== undefined) found.retryAfter = retryAfter
  found.overflow = fault('overflow', (limit) => bodyLength > Number(limit)) !== undefined
  const hang = fault('hang')
  if (hang !== undefined) found.hang = hang === 'headers' ? 'headers' : Number(hang)
  const die = fault('die')
  if (die !== undefined) found.die = Number(die)
  const cut = fault('cut')
  if (cut !== undefined) found.cut = Number(cut)
  const garbage = fault('garbage')
  if (garbage !== undefined) found.garbage = garbage === 'html' ? 'html' : 'json'
  const refuse = get('refuse')
  if (refuse !== undefined) found.refuse = refuse
  const demand = get('demand')
  if (demand !== undefined) found.demand = demand

  return {
    key,
    plan: { reasoning, deltas: shown, calls, finish, inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 },
    fault: found,
    first: number('first', 0),
    delay: number('delay', 0),
  }
}

/** Finds `name=value` and `name@step=value`; a value is a JSON string, `tool:{json}` for calls, or runs to the next space. */
function directives(text: string): Directive[] {
  const found: Directive[] = []
  const start = /(?:^|[\s>])(\+?[a-z_]+)(@\d+)?=/g
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const name = match[1]!
    if (!NAMES.has(name)) continue
    const at = start.lastIndex
    const end = name.endsWith('call') || text[at] === '"' ? jsonEnd(text, at) : wordEnd(text, at)
    const raw = text.slice(at, end)
    found.push([name + (match[2] ?? ''), raw.startsWith('"') ? String(JSON.parse(raw)) : raw])
    start.lastIndex = end
  }
  return found
}

const wordEnd = (text: string, at: number) => at + (/^\S*/.exec(text.slice(at))?.[0].length ?? 0)

/** The end of `"..."` or of `name:{...}`, strings and nesting respected. */
function jsonEnd(text: string, at: number): number {
  let depth = 0
  let quoted = false
  for (let i = at; i < text.length; i++) {
    const c = text[i]
    if (quoted) {
      if (c === '\\') i++
      else if (c === '"') quoted = false
      if (!quoted && depth === 0) return i + 1
    } else if (c === '"') quoted = true
    else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') {
      if (--depth === 0) return i + 1
    } else if (depth === 0 && /\s/.test(c!)) return i
  }
  return text.length
}

function value(all: Directive[], name: string, step: number): string | undefined {
  const exact = all.find(([n]) => n === `${name}@${step}`)
  return (exact ?? all.find(([n]) => n === name))?.[1]
}

/** The calls of this step: the n-th `call=` (with its `+call=`), or one call of the first offered tool for `tools=N`. */
function callsOf(all: Directive[], ask: Ask): PlannedCall[] {
  const rounds: string[][] = []
  for (const [name, text] of all) {
    if (name === 'call') rounds.push([text])
    else if (name === '+call') rounds.at(-1)?.push(text)
  }
  const id = (i: number) => `call_${hash(ask.prompt)}_${ask.messages}_${i}`
  const scripted = rounds[ask.step]
  if (scripted) {
    return scripted.map((text, i) => {
      const colon = text.indexOf(':')
      return colon < 0
        ? { id: id(i), name: text, input: '{}' }
        : { id: id(i), name: text.slice(0, colon), input: text.slice(colon + 1) }
    })
  }
  const more = Number(value(all, 'tools', ask.step) ?? 0)
  if (ask.step >= rounds.length + more) return []
  const tool = ask.tools[0]!
  return [{ id: id(0), name: tool.name, input: JSON.stringify(sample(tool.schema)) }]
}

/** The least value a JSON schema accepts, so that a call of an unknown tool passes validation. */
function sample(schema: unknown): unknown {
  const s = (schema ?? {}) as {
    type?: string | string[]
    enum?: unknown[]
    const?: unknown
    anyOf?: unknown[]
    minimum?: number
    required?: string[]
    properties?: Record<string, unknown>
  }
  if (s.const !== undefined) return s.const
  if (s.enum) return s.enum[0]
  if (s.anyOf) return sample(s.anyOf[0])
  switch (Array.isArray(s.type) ? s.type[0] : s.type) {
    case 'string':
      return 'x'
    case 'number':
    case 'integer':
      return Math.max(1, s.minimum ?? 1)
    case 'boolean':
      return true
    case 'array':
      return []
    default:
      return Object.fromEntries((s.required ?? []).map((name) => [name, sample(s.properties?.[name])]))
  }
}

function answer(ask: Ask, text: string | undefined, tokens: string | undefined): string[] {
  if (text !== undefined) {
    return words(text.replaceAll('{result}', ask.results.at(-1) ?? '').replaceAll('{results}', ask.results.join('|')))
  }
  if (tokens !== undefined) return Array.from({ length: Number(tokens) }, (_, i) => `t${i} `)
  return words(`You said: ${ask.prompt}`)
}

/** Pieces of so many characters, wherever that cuts. */
const piecesOf = (text: string, size: number): string[] => text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? []

/** Pieces a model would stream: a word with the space behind it. */
const words = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? []

function hash(text: string): string {
  let h = 2166136261
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619)
  return (h >>> 0).toString(36)
}
