/**
 * Tool calls as models print them when their server does not parse them (providers.md section 4.1):
 *
 *     <function_call><toolname>read_file</toolname><parameters>{"path":"a"}</parameters></function_call>
 *     <｜DSML｜tool_calls><｜DSML｜invoke name="read_file"><｜DSML｜parameter name="path" string="true">a</｜DSML｜parameter>...
 *     <tool_call>{"name":"read_file","arguments":{"path":"a"}}</tool_call>
 *     <tool_call><function=read_file><parameter=path>a</parameter></function></tool_call>
 */

export interface PrintedCall {
  name: string
  /** JSON text of an object. */
  input: string
}

const BAR = '[|｜‖]{1,2}'
const OPENINGS = ['<function_call>', '<tool_call>']
const DSML_OPENING = new RegExp(`^<(${BAR})DSML\\1(tool_calls|function_calls)>`)
/** Every text that may still become a DSML opening. */
const DSML_BEGUN = new RegExp(`^<(${BAR}(D(S(M(L(${BAR}[a-z_]*)?)?)?)?)?)?$`)

/** Whether a text begins a block of printed calls; `maybe` while it is too short to tell. */
export function beginsPrinted(text: string): 'yes' | 'maybe' | 'no' {
  const start = text.trimStart()
  if (DSML_OPENING.test(start) || OPENINGS.some((opening) => start.startsWith(opening))) return 'yes'
  const open = start === '' || DSML_BEGUN.test(start) || OPENINGS.some((opening) => opening.startsWith(start))
  return open ? 'maybe' : 'no'
}

/** The calls of a text that is nothing but such blocks; null when it is anything else, or names a tool not offered. */
export function readPrinted(text: string, offered: ReadonlySet<string>): PrintedCall[] | null {
  const calls: PrintedCall[] = []
  let rest = text.trim()
  while (rest !== '') {
    const block = blockOf(rest)
    if (!block) return null
    const found = block.read(block.inner)
    if (!found || found.length === 0 || found.some(({ name }) => !offered.has(name))) return null
    calls.push(...found)
    rest = rest.slice(block.length).trimStart()
  }
  return calls.length > 0 ? calls : null
}

interface Block {
  inner: string
  length: number
  read(inner: string): PrintedCall[] | null
}

function blockOf(text: string): Block | null {
  const [dsml, bar, outer] = DSML_OPENING.exec(text) ?? []
  if (dsml) {
    const mark = `${bar}DSML${bar}`
    return cut(text, dsml, `</${mark}${outer}>`, (inner) => invocations(inner.replaceAll(mark, '')))
  }
  if (text.startsWith('<function_call>')) return cut(text, '<function_call>', '</function_call>', functionCall)
  if (text.startsWith('<tool_call>')) return cut(text, '<tool_call>', '</tool_call>', toolCall)
  return null
}

/** The closing tag may stand in an argument, too: then the one after which the next block begins counts. */
function cut(text: string, open: string, close: string, read: Block['read']): Block | null {
  for (let end = text.indexOf(close); end !== -1; end = text.indexOf(close, end + 1)) {
    const after = text.slice(end + close.length).trimStart()
    if (after !== '' && !after.startsWith(open)) continue
    return { inner: text.slice(open.length, end), length: end + close.length, read }
  }
  return null
}

/** `<invoke name="x"><parameter name="k" string="true">v</parameter></invoke>`, several in a row. */
function invocations(text: string): PrintedCall[] | null {
  const invoke = /\s*<invoke\s+name="([^"]+)"\s*>([\s\S]*?)<\/invoke>\s*/y
  const calls: PrintedCall[] = []
  while (invoke.lastIndex < text.length) {
    const match = invoke.exec(text)
    if (!match) return null
    const input = parameters(match[2]!, /\s*<parameter\s+name="([^"]+)"([^>]*)>([\s\S]*?)<\/parameter>\s*/y)
    if (!input) return null
    calls.push({ name: match[1]!.trim(), input })
  }
  return calls
}

/** Named values in a row; `string="true"` says that a value is text whatever it looks like. */
function parameters(text: string, one: RegExp): string | null {
  const input: Record<string, unknown> = {}
  if (text.trim() === '') return '{}'
  while (one.lastIndex < text.length) {
    const match = one.exec(text)
    if (!match) return null
    const [, name, attributes, value] = match
    input[name!.trim()] = /string="true"/.test(attributes!) ? value! : jsonOrText(value!)
  }
  return JSON.stringify(input)
}

function functionCall(text: string): PrintedCall[] | null {
  const name = /<(toolname|tool_name)>([\s\S]*?)<\/\1>/.exec(text)?.[2]?.trim()
  if (name) {
    const given = /<parameters>([\s\S]*)<\/parameters>/.exec(text)?.[1]?.trim() ?? ''
    const input = given.startsWith('{') || given === '' ? objectText(given) : pairs(given)
    return input === null ? null : [{ name, input }]
  }
  return text.includes('<invoke') ? invocations(text) : jsonCall(text)
}

function toolCall(text: string): PrintedCall[] | null {
  const named = /^\s*<function=([^>\s]+)>([\s\S]*)<\/function>\s*$/.exec(text)
  if (!named) return jsonCall(text)
  // Values stand on lines of their own.
  const input = parameters(named[2]!, /\s*<parameter=([^>\s]+)()>\n?([\s\S]*?)\n?<\/parameter>\s*/y)
  return input === null ? null : [{ name: named[1]!, input }]
}

function jsonCall(text: string): PrintedCall[] | null {
  const call = object(text)
  if (typeof call?.name !== 'string') return null
  const given = call.arguments ?? call.parameters ?? {}
  const input = typeof given === 'string' ? objectText(given) : JSON.stringify(given)
  return input === null ? null : [{ name: call.name, input }]
}

/** `<key>value</key>` in a row. */
function pairs(text: string): string | null {
  const pair = /\s*<([\w.-]+)>([\s\S]*?)<\/\1>\s*/y
  const input: Record<string, unknown> = {}
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text)
    if (!match) return null
    input[match[1]!] = jsonOrText(match[2]!)
  }
  return JSON.stringify(input)
}

function objectText(text: string): string | null {
  if (text.trim() === '') return '{}'
  const value = object(text)
  return value ? JSON.stringify(value) : null
}

function object(text: string): Record<string, unknown> | null {
  const value = jsonOrText(text.trim())
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

/** JSON where it is JSON, else the text. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
