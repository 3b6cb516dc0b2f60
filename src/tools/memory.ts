/** `memory_search`, `memory_get`, `memory_write`: the agent's own notes (agent.md section 9.5). */
import * as z from 'zod'
import { type MemoryStore, namespaceOf } from '../memory/index.ts'
import { type AnyTool, defineTool, type ToolContext } from './tool.ts'
import { cutMiddle } from './truncate.ts'

/** Characters of one found block. */
const MAX_BLOCK = 1200

const namespace = z.string().trim().optional().describe("Whose memory (default: the agent's own)")

/** The three memory tools over one store. */
export function memoryTools(memory: MemoryStore): AnyTool[] {
  return [memorySearchTool(memory), memoryGetTool(memory), memoryWriteTool(memory)]
}

function memorySearchTool(memory: MemoryStore) {
  return defineTool({
    name: 'memory_search',
    description:
      'Search long-term memory (MEMORY.md) and daily notes (memory/) by keywords. Read more around a hit with memory_get.',
    input: z.object({
      query: z.string().trim().min(1).describe('Keywords, in the language of the notes'),
      namespace,
      maxResults: z.int().positive().max(50).default(5),
    }),
    parallel: true,
    idempotent: true,
    async run({ query, namespace, maxResults }, context) {
      const space = permitted(context, namespace)
      const hits = await memory.search(space, query, maxResults)
      if (hits.length === 0) return `No memory found for query: ${query} (namespace=${space})`
      const found = hits.map(({ path, from, to, heading, text }) => {
        const body = cutMiddle(text, MAX_BLOCK, (cut) => `[… ${cut} characters …]`)
        return `Source: ${path}#L${from}-L${to}\n${heading === '' ? '' : `[${heading}]\n`}${body}`
      })
      return `Found ${hits.length} memories for '${query}' (namespace=${space}):\n${found.join('\n\n')}`
    },
  })
}

function memoryGetTool(memory: MemoryStore) {
  return defineTool({
    name: 'memory_get',
    description: 'Read numbered lines of a memory file: MEMORY.md or one below memory/.',
    input: z.object({
      path: z.string().trim().min(1).describe('As memory_search names it, for example memory/2026-02-03.md'),
      namespace,
      from: z.int().positive().default(1).describe('First line'),
      lines: z.int().positive().default(80).describe('How many lines, at most 500'),
    }),
    parallel: true,
    idempotent: true,
    async run({ path: given, namespace, from, lines: wanted }, context) {
      const count = Math.min(wanted, 500)
      const { path, lines } = await memory.lines(permitted(context, namespace), given, from, count)
      if (lines.length === 0) return `No content in range for ${path} (from=${from}, lines=${count})`
      const numbered = lines.map((line, index) => `${from + index}: ${line}`)
      return `Source: ${path}#L${from}-L${from + lines.length - 1}\n${numbered.join('\n')}`
    },
  })
}

function memoryWriteTool(memory: MemoryStore) {
  return defineTool({
    name: 'memory_write',
    description:
      'Keep a note: in the notes of today (daily), or for good (longterm), which takes high importance or a tag of preference, decision, rule, policy or identity.',
    input: z.object({
      content: z.string().trim().min(1).describe('One fact, in a full sentence'),
      namespace,
      kind: z.string().trim().default('daily').describe('daily or longterm'),
      importance: z.string().trim().default('medium').describe('low, medium or high'),
      source: z.string().trim().default('user').describe('Who or what says so'),
      tags: z.array(z.string()).default([]),
      append: z.boolean().default(true).describe('False replaces the whole file with this note'),
    }),
    async run({ namespace, append, ...note }, context) {
      const space = permitted(context, namespace)
      if (append) return `Appended memory to ${(await memory.remember(space, note)).path}`
      const { kind, path } = await memory.replace(space, note)
      return `Wrote ${kind === 'longterm' ? 'long-term' : 'daily'} memory: ${path} (namespace=${space})`
    },
  })
}

/** The main agent may name any namespace; every other agent has its own only. */
function permitted(context: ToolContext, wanted: string | undefined): string {
  const own = namespaceOf(context.namespace)
  if (wanted === undefined || wanted === '') return own
  const space = namespaceOf(wanted)
  if (own !== 'main' && space !== own) {
    throw new Error(`namespace '${space}' is not allowed: this agent's memory is '${own}'`)
  }
  return space
}
