/** JSON in the contract's form (api-behaviour.md sections 2.2 and 2.4). */

/** A JSON answer: compact, one LF at its end. For routes that need a status or headers of their own. */
export function json(value: unknown, init: { status?: number; headers?: Record<string, string> } = {}): Response {
  return new Response(`${JSON.stringify(value)}\n`, {
    status: init.status ?? 200,
    headers: { ...init.headers, 'Content-Type': 'application/json' },
  })
}

/** The first JSON value of a text; what follows an object or array is ignored. Throws SyntaxError on broken JSON. */
export function parseFirstJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const end = endOfFirstValue(text)
    if (end === -1 || end === text.length) throw error
    return JSON.parse(text.slice(0, end))
  }
}

/** Where the first object or array ends; -1 when the text holds no complete one. */
function endOfFirstValue(text: string): number {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (inString) {
      if (character === '\\') i++
      else if (character === '"') inString = false
    } else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (--depth === 0) return i + 1
    } else if (character === '"') inString = true
    else if (depth === 0 && !' \t\r\n'.includes(character)) return -1
  }
  return -1
}
