/** `sessions`: which conversations there are, and what was said in them (agent.md section 9.6). */
import * as z from 'zod'
import type { HistoryMessage, SessionInfo, SessionStore } from '../sessions/index.ts'
import { defineTool, type ToolContext } from './tool.ts'
import { oneLine } from './truncate.ts'

const MAX_LINE = 180
/** Messages that filters look at. */
const MAX_WINDOW = 2000

const input = z.object({
  action: z.string().trim().toLowerCase().min(1).describe('list or history'),
  key: z.string().trim().default('').describe('history: the session'),
  limit: z.int().positive().max(500).default(20),
  active_minutes: z.int().positive().optional().describe('list: only sessions active in this many minutes'),
  kinds: z.array(z.string()).default([]).describe('list: main, cron, subagent, hook or other'),
  query: z.string().trim().default('').describe('list: part of the key; history: part of the text'),
  include_tools: z.boolean().default(false).describe('history: also the results of tools'),
  from_me: z.boolean().optional().describe("history: true for the assistant's messages, false for the user's"),
  role: z.string().trim().toLowerCase().default('').describe('history: user, assistant, tool or system'),
  around: z.int().positive().optional().describe('history: message number in the middle'),
  before: z.int().positive().optional().describe('history: only messages before this number'),
  after: z.int().positive().optional().describe('history: only messages after this number'),
})

type Input = z.output<typeof input>

/** Callers who are not the owner see their own session only. */
export function sessionsTool(sessions: SessionStore, now: () => number) {
  return defineTool({
    name: 'sessions',
    description: 'List conversations (action list), or read the messages of one (action history, with its key).',
    input,
    parallel: true,
    idempotent: true,
    async run(given, context) {
      if (given.action === 'list') return list(sessions, given, context, now())
      if (given.action === 'history') return history(sessions, given, context)
      throw new Error('unsupported action')
    },
  })
}

function list(sessions: SessionStore, given: Input, context: ToolContext, now: number): string {
  const kinds = new Set(given.kinds.map((kind) => kind.toLowerCase()))
  const query = given.query.toLowerCase()
  const since = given.active_minutes === undefined ? -Infinity : now - given.active_minutes * 60_000
  // Who names a kind wants it, also when lists leave it out otherwise.
  const all = sessions.list({ includeInternal: kinds.size > 0 }).filter(({ key }) => mayRead(context, key))
  if (all.length === 0) return 'No sessions.'
  const kept = all.filter(
    ({ key, kind, updatedAt }) =>
      (kinds.size === 0 || kinds.has(kind)) && updatedAt >= since && key.toLowerCase().includes(query),
  )
  if (kept.length === 0) return 'No sessions (after filters).'
  return ['Sessions:', ...kept.slice(0, given.limit).map(sessionLine)].join('\n')
}

function sessionLine({ key, kind, compactions, updatedAt }: SessionInfo): string {
  const updated = new Date(updatedAt).toISOString().replace(/\.\d+Z$/, 'Z')
  return `- ${key} kind=${kind} compactions=${compactions} updated=${updated}`
}

function history(sessions: SessionStore, given: Input, context: ToolContext): string {
  const { key, limit, around, before, after } = given
  if (key === '') throw new Error('key is required for history')
  if (!mayRead(context, key)) throw new Error(`session '${key}' belongs to someone else`)
  const filters = filtersOf(given)
  // A window around a message is cut by the store; elsewhere filters need more messages than are shown.
  const window = around === undefined ? { limit: MAX_WINDOW, before, after } : { limit, around }
  const messages = sessions.history(key, defined(window))
  if (messages.length === 0) return 'No history.'
  const kept = messages.filter((message) => filters.every((filter) => filter(message)))
  if (kept.length === 0) return 'No history (after filters).'
  const lines = kept.slice(-limit).map(({ seq, role, content }) => `- [#${seq}][${role}] ${oneLine(content, MAX_LINE)}`)
  return [`History for ${key}:`, ...lines].join('\n')
}

function filtersOf({ include_tools, from_me, role, query }: Input): Array<(message: HistoryMessage) => boolean> {
  const wanted = from_me === undefined ? role : from_me ? 'assistant' : 'user'
  const text = query.toLowerCase()
  return [
    (message) => include_tools || wanted === 'tool' || message.role !== 'tool',
    (message) => wanted === '' || message.role === wanted,
    (message) => message.content.toLowerCase().includes(text),
  ]
}

const mayRead = (context: ToolContext, key: string) => context.owner || key === context.session

function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}
