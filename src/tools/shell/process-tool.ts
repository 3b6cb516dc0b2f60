/** The `process` tool: look after background commands (agent.md section 9.3). */
import * as z from 'zod'
import { badRequest } from '../../errors.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import type { BackgroundSession, BackgroundSessions } from './background.ts'
import { pause, watch } from './watch.ts'

const POLL_LIMIT = 1200
const WATCH_TIMEOUT_MS = 30_000
const MAX_WAIT_MS = 300_000
const MIN_INTERVAL_MS = 50

const count = z.number().int().min(0)
const input = z.object({
  action: z.enum(['list', 'poll', 'log', 'kill', 'watch_patterns']),
  session_id: z.string().optional().describe('The id that exec with background=true returned, such as p-1'),
  sessionId: z.string().optional().describe('Alias of session_id'),
  offset: count.optional().describe('Position in the output. poll goes on where it last stopped when absent'),
  limit: count.optional().describe(`Bytes of output. log: 0 is all; poll: ${POLL_LIMIT} when absent`),
  timeout_ms: count.max(MAX_WAIT_MS).optional().describe('How long poll and watch_patterns may wait'),
  interval_ms: count.optional().describe('How often watch_patterns looks; 250 when absent'),
  patterns: z.array(z.string().min(1)).max(50).optional().describe('Plain text to wait for'),
  case_sensitive: z.boolean().optional(),
  alert_on_exit: z.boolean().optional().describe('Name the event when the command ends before a pattern appears'),
})

export interface ProcessToolDeps {
  sessions: BackgroundSessions
  /** Throws when this caller may not see what runs on the machine. */
  authorize(context: ToolContext): void
}

/** Lists, reads, waits for and ends background commands. */
export function processTool({ sessions, authorize }: ProcessToolDeps) {
  return defineTool<z.output<typeof input>>({
    name: 'process',
    description:
      'Looks after commands started by exec with background=true: list; poll (state and new output, waits up to timeout_ms); ' +
      'log (output as text); kill; watch_patterns (waits until one of the patterns appears). The newest 1 MB of output is kept. ' +
      'Commands end with the gateway.',
    input,
    timeoutMs: MAX_WAIT_MS + 10_000,
    async run(input, context) {
      authorize(context)
      if (input.action === 'list') return JSON.stringify(sessions.list().map(listed))
      if (input.action === 'watch_patterns' && !input.patterns?.length) throw badRequest('patterns is required')
      const id = input.session_id ?? input.sessionId
      if (!id) throw badRequest('session_id is required')
      const session = sessions.get(id)
      switch (input.action) {
        case 'log':
          return session.output.slice(input.offset ?? 0, input.limit || undefined).text
        case 'poll':
          return poll(session, input, context.signal)
        case 'kill':
          session.kill()
          return 'killed'
        case 'watch_patterns':
          return watchPatterns(session, input, context.signal)
      }
    },
  })
}

type Input = z.output<typeof input>

async function poll(session: BackgroundSession, input: Input, signal: AbortSignal): Promise<string> {
  const offset = input.offset ?? session.cursor
  const deadline = performance.now() + (input.timeout_ms ?? 0)
  while (session.endedAt === null && session.output.end <= offset && performance.now() < deadline) {
    await pause(session, Math.min(100, deadline - performance.now()), signal)
  }
  const { text, next } = session.output.slice(offset, input.limit || POLL_LIMIT)
  session.cursor = next
  return JSON.stringify({
    id: session.id,
    running: session.endedAt === null,
    started_at: time(session.startedAt),
    log: text,
    next_offset: next,
    ...(session.exitCode === null ? {} : { exit_code: session.exitCode }),
    ...(session.endedAt === null ? {} : { ended_at: time(session.endedAt) }),
  })
}

async function watchPatterns(session: BackgroundSession, input: Input, signal: AbortSignal): Promise<string> {
  const started = performance.now()
  const result = await watch(session, {
    patterns: input.patterns!,
    caseSensitive: input.case_sensitive ?? false,
    offset: input.offset ?? 0,
    timeoutMs: input.timeout_ms || WATCH_TIMEOUT_MS,
    intervalMs: Math.max(MIN_INTERVAL_MS, input.interval_ms || 250),
    signal,
  })
  const common = {
    id: session.id,
    matched: result.outcome === 'matched',
    ...(result.outcome === 'matched' ? { pattern: result.pattern } : {}),
    running: session.endedAt === null,
    next_offset: result.next,
    elapsed_ms: Math.round(performance.now() - started),
  }
  if (result.outcome === 'timed_out') return JSON.stringify({ ...common, timed_out: true })
  if (result.outcome === 'matched') return JSON.stringify(common)
  const event = input.alert_on_exit ? { event: 'process_exited' } : {}
  return JSON.stringify({ ...common, exit_code: session.exitCode, ...event })
}

function listed(session: BackgroundSession) {
  return {
    id: session.id,
    command: session.command,
    running: session.endedAt === null,
    exit_code: session.exitCode,
    started_at: time(session.startedAt),
  }
}

const time = (ms: number) => new Date(ms).toISOString()
