/** A session as exchanges: a question, and what the turn said and did about it. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import type { Schemas } from '../../api/schema.d.ts'
import type { Part, ToolPart, TurnState, Usage } from './turn-view.ts'

type Message = Schemas['TranscriptMessage']
type Turn = Schemas['TranscriptTurn']

export interface Exchange {
  /** Stable as long as the exchange is shown. */
  id: string
  /** Null for what an earlier program stored. */
  turn: number | null
  /** The number of the question's message; missing until it is stored. */
  seq?: number
  /** The numbers of all its messages. */
  seqs: readonly number[]
  question: { text: string; media: readonly string[]; at: number } | null
  parts: readonly Part[]
  state: TurnState
  error: string | null
  usage: Usage | null
  endedAt: number | null
}

const PAGE = 60
const FILE_MARK = /\[file: ([^\]\n]+)\]/g

type Window = { limit: number; before?: number; around?: number }

/** The query key of a session's transcript; with `at` one that was opened at a message. */
export function transcriptKey(session: string, at?: number): readonly unknown[] {
  return at === undefined ? ['chat', 'transcript', session] : ['chat', 'transcript', session, at]
}

/** A session's transcript from its end, or around the message `at`; more of it on demand in both directions. */
export function useTranscript(session: string, at?: number) {
  return useInfiniteQuery({
    queryKey: transcriptKey(session, at),
    queryFn: ({ pageParam }) =>
      answer(api.GET('/api/chat/transcript', { params: { query: { session, ...pageParam } } })),
    initialPageParam: (at === undefined ? { limit: PAGE } : { limit: PAGE, around: at }) as Window,
    getPreviousPageParam: (first): Window | undefined =>
      first.earlier && first.messages[0] ? { limit: PAGE, before: first.messages[0].seq } : undefined,
    // Of a range the newest are given, so what follows is asked for by its middle.
    getNextPageParam: (last): Window | undefined =>
      last.later && last.messages.length > 0
        ? { limit: PAGE, around: last.messages.at(-1)!.seq + PAGE / 2 }
        : undefined,
  })
}

export type TranscriptPage = NonNullable<ReturnType<typeof useTranscript>['data']>['pages'][number]

/** The exchanges of the loaded pages, in the order of their questions; last those that still wait. */
export function exchangesOf(pages: readonly TranscriptPage[]): Exchange[] {
  const turns = new Map(pages.flatMap((page) => page.turns.map((turn) => [turn.turn, turn] as const)))
  const groups = new Map<string, { turn: Turn | null; messages: Message[] }>()
  const seen = new Set<number>()
  let old = ''
  for (const message of pages.flatMap((page) => page.messages)) {
    if (seen.has(message.seq)) continue
    seen.add(message.seq)
    if (message.turn === null && (message.role === 'user' || old === '')) old = `old:${message.seq}`
    const id = message.turn === null ? old : `turn:${message.turn}`
    const group = groups.get(id) ?? {
      turn: message.turn === null ? null : (turns.get(message.turn) ?? null),
      messages: [],
    }
    group.messages.push(message)
    groups.set(id, group)
  }
  for (const turn of turns.values()) {
    const id = `turn:${turn.turn}`
    if (!groups.has(id) && turn.ended_at === null) groups.set(id, { turn, messages: [] })
  }
  return [...groups].map(([id, { turn, messages }]) => exchangeOf(id, turn, messages))
}

function exchangeOf(id: string, turn: Turn | null, messages: readonly Message[]): Exchange {
  const asked = messages.find(({ role }) => role === 'user')
  return {
    id,
    turn: turn?.turn ?? messages[0]?.turn ?? null,
    ...(asked ? { seq: asked.seq } : {}),
    seqs: messages.map(({ seq }) => seq),
    question: questionOf(turn, asked),
    parts: partsOf(messages),
    state: turn?.state ?? 'done',
    error: turn?.error ?? null,
    usage: turn?.usage ?? null,
    endedAt: turn?.ended_at ?? messages.at(-1)?.at ?? null,
  }
}

function questionOf(turn: Turn | null, asked: Message | undefined): Exchange['question'] {
  if (turn) return { text: turn.text, media: turn.media, at: turn.accepted_at }
  if (!asked) return null
  const media = [...asked.content.matchAll(FILE_MARK)].map(([, path]) => path!)
  return { text: asked.content.replace(FILE_MARK, '').trim(), media, at: asked.at }
}

function partsOf(messages: readonly Message[]): Part[] {
  const parts: Part[] = []
  const tools = new Map<string, ToolPart>()
  for (const { role, content, reasoning, tool_calls = [], tool_call_id, failed, seq } of messages) {
    if (role === 'assistant') {
      if (reasoning) parts.push({ kind: 'reasoning', text: reasoning, to: seq })
      if (content)
        parts.push({
          kind: 'text',
          text: parts.some(({ kind }) => kind === 'text') ? `\n\n${content}` : content,
          to: seq,
        })
      for (const { id, function: called } of tool_calls) {
        const part: ToolPart = { kind: 'tool', id, name: called.name, input: parsed(called.arguments), to: seq }
        tools.set(id, part)
        parts.push(part)
      }
    } else if (role === 'tool' && tool_call_id) {
      const part = tools.get(tool_call_id)
      if (part) part.result = { output: content, failed, to: seq }
    }
  }
  return parts
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
