/**
 * Members of a request that some servers refuse and others demand. A refusal names the member: the request is sent once
 * more without it (or with it), and so is every later one to this server.
 *
 * - `stream_options`: asks for usage in streams; several servers answer 400 to it.
 * - `reasoning_content`: a model's thoughts, sent back within a turn. Some refuse it; DeepSeek and Kimi demand it in
 *   every message with tool calls (providers.md section 4.2).
 * - `cache_control`: marks of prompt caching; servers that imitate Anthropic may not know them.
 */

type Body = Record<string, unknown>
type Change = (body: Body) => Body

const DROPS: Readonly<Record<string, Change>> = {
  stream_options: ({ stream_options: _, ...rest }) => rest,
  reasoning_content: (body) => everyMessage(body, ({ reasoning_content: _, ...message }) => message),
  cache_control: (body) =>
    JSON.parse(JSON.stringify(body, (key, value) => (key === 'cache_control' ? undefined : value))),
}

/** Who is known to demand thoughts: asked rightly from the first time on. */
const DEMANDS_REASONING = /(^|\.)(deepseek\.com|moonshot\.(cn|ai)|kimi\.com)$/
const DEMANDED = /reasoning_content.{0,80}(missing|must be|required|passed back)|missing.{0,20}reasoning_content/is
const REFUSALS = new Set([400, 422])

/** A `fetch` that learns from refusals. One for each opened model: what it learned is forgotten with it. */
export function forgivingFetch(fetch: typeof globalThis.fetch, baseURL: string): typeof globalThis.fetch {
  const learned = new Map<string, Change>()
  if (DEMANDS_REASONING.test(URL.parse(baseURL)?.hostname ?? '')) learned.set('reasoning_content', withReasoning)

  return async (input, init) => {
    if (typeof init?.body !== 'string') return fetch(input, init)
    let { body } = init
    if (learned.size > 0) body = changed(body, learned.values())
    const tried = new Set<string>()
    for (;;) {
      const response = await fetch(input, { ...init, body })
      if (!REFUSALS.has(response.status)) return response
      const text = await response.text()
      const refused = lessonOf(text, body, tried)
      if (!refused) return new Response(text, { status: response.status, headers: plainHeaders(response) })
      const [member, change] = refused
      tried.add(member)
      learned.set(member, change)
      body = changed(body, [change])
    }
  }
}

/** What a refusal teaches; undefined when it is about something else, or the same as before. */
function lessonOf(refusal: string, body: string, tried: ReadonlySet<string>): [string, Change] | undefined {
  if (!tried.has('reasoning_content') && DEMANDED.test(refusal)) return ['reasoning_content', withReasoning]
  for (const [member, drop] of Object.entries(DROPS)) {
    if (!tried.has(member) && refusal.includes(member) && body.includes(`"${member}"`)) return [member, drop]
  }
  return undefined
}

function changed(body: string, changes: Iterable<Change>): string {
  const value: unknown = JSON.parse(body)
  if (typeof value !== 'object' || value === null) return body
  let result = value as Body
  for (const change of changes) result = change(result)
  return JSON.stringify(result)
}

/** Thoughts that are not known any more (of an earlier turn, of another model): the message's own text stands in. */
function withReasoning(body: Body): Body {
  return everyMessage(body, (message) =>
    Array.isArray(message.tool_calls) && typeof message.reasoning_content !== 'string'
      ? {
          ...message,
          reasoning_content: typeof message.content === 'string' && message.content ? message.content : ' ',
        }
      : message,
  )
}

function everyMessage(body: Body, change: (message: Body) => Body): Body {
  return Array.isArray(body.messages) ? { ...body, messages: body.messages.map(change) } : body
}

/** The body was decoded already. */
function plainHeaders({ headers }: Response): Headers {
  const plain = new Headers(headers)
  plain.delete('content-encoding')
  plain.delete('content-length')
  return plain
}
