/** Names of remote tools in the catalogue: `mcp__<server>__<tool>` (agent.md section 10.3). */

const MAX_NAME = 64

/**
 * Gives each tool of each server its name, in the order they come: what models' APIs refuse becomes `_`, a long name is
 * cut and ends in a hash, and one that is taken is numbered from 2.
 */
export class ToolNames {
  readonly #taken = new Set<string>()

  /** The name for one tool; the same calls in the same order give the same names. */
  next(server: string, tool: string): string {
    const wanted = toolName(server, tool)
    let name = wanted
    for (let n = 2; this.#taken.has(name); n++) name = withEnding(wanted, `_${n}`)
    this.#taken.add(name)
    return name
  }
}

/** The name of a tool that no other tool competes for. */
export function toolName(server: string, tool: string): string {
  const name = `mcp__${segment(server)}__${segment(tool)}`
  return name.length <= MAX_NAME ? name : withEnding(name, `_${fnv1a(`${server}::${tool}`).toString(16)}`)
}

/** FNV-1a, 32 bits, over the UTF-8 bytes. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

function segment(text: string): string {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
  return words.replace(/^_+|_+$/g, '') || 'tool'
}

const withEnding = (name: string, ending: string) => name.slice(0, MAX_NAME - ending.length) + ending
