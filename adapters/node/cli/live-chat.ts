/** One chat turn over the gateway's live WebSocket. A connection that breaks is taken up again where it ended. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import * as z from 'zod'
import { CliError } from './failure.ts'
import { callGateway, type RunningGateway } from './running-gateway.ts'

export interface ChatInput {
  session: string
  message: string
}

const frameSchema = z.looseObject({
  type: z.string(),
  delta: z.string().optional(),
  error: z.string().optional(),
  turn: z.number().optional(),
  seq: z.number().optional(),
  to: z.number().optional(),
})
type Frame = z.output<typeof frameSchema>

/** How far the reply has been read. */
interface Cursor {
  turn: number | undefined
  seq: number
}

/** Tries to come back this often without hearing anything new; the waits add up to some 9 s, enough for a restart. */
const RETRIES = 8
const RETRY_STEP_MS = 250

/**
 * Runs one turn and calls `onText` with each piece of the reply as it comes. Rejects with the turn's own error.
 * When `signal` fires, the turn is stopped at the gateway and what it said so far stands.
 */
export async function chat(
  gateway: RunningGateway,
  input: ChatInput,
  onText: (delta: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const cursor: Cursor = { turn: undefined, seq: 0 }
  const stop = () => void stopTurn(gateway, input.session, cursor.turn)
  signal?.addEventListener('abort', stop)
  try {
    await followToEnd(gateway, input, cursor, onText, signal)
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function followToEnd(
  gateway: RunningGateway,
  input: ChatInput,
  cursor: Cursor,
  onText: (delta: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  // A message that is sent again with its key is still one message.
  const message = { ...input, idempotency_key: randomUUID() }
  for (let failures = 0; ; ) {
    const before = cursor.seq
    const request = cursor.turn === undefined ? message : { turn: cursor.turn, after: cursor.seq }
    const broken = await follow(gateway, request, (frame) => take(frame, cursor, onText))
    if (!broken) return
    if (signal?.aborted) return
    failures = cursor.seq > before ? 1 : failures + 1
    if (failures > RETRIES || !broken.wasOpen) throw broken.error
    await sleep(RETRY_STEP_MS * failures)
  }
}

function take(frame: Frame, cursor: Cursor, onText: (delta: string) => void): void {
  if (frame.turn !== undefined) cursor.turn = frame.turn
  if (frame.seq !== undefined) cursor.seq = frame.seq
  if (frame.type === 'chat_chunk') onText(frame.delta ?? '')
  if (frame.type === 'chat_rewind') {
    // A terminal cannot take text back; a break keeps what follows readable.
    cursor.seq = frame.to ?? 0
    onText('\n\n')
  }
}

/** The connection ended before the turn did. */
interface Broken {
  error: CliError
  /** False: the gateway could not be reached at all. */
  wasOpen: boolean
}

/** One connection. Null when the turn ended well, rejects when it failed or the gateway refuses, else says what broke. */
function follow(gateway: RunningGateway, request: object, onFrame: (frame: Frame) => void): Promise<Broken | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Broken | null>()
  let wasOpen = false
  let cause: unknown
  const socket = new WebSocket(`${gateway.url.replace(/^http/, 'ws')}/api/chat/live`, {
    headers: { authorization: `Bearer ${gateway.token}` },
    handshakeTimeout: 10_000,
  })
  socket.on('open', () => {
    wasOpen = true
    socket.send(JSON.stringify(request))
  })
  socket.on('message', (data) => {
    const frame = parseFrame(String(data))
    if (!frame) return
    onFrame(frame)
    if (frame.type === 'chat_done') resolve(null)
    if (frame.type === 'chat_error') reject(new CliError(frame.error || 'The turn failed.'))
  })
  socket.on('unexpected-response', (_request, response) => {
    const status = response.statusCode ?? 0
    // 503: it is shutting down and may come back.
    if (status !== 503)
      reject(new CliError(`The gateway refused the chat connection (${status}).`, { next: 'Try `clawgo status`.' }))
    wasOpen ||= status === 503
    socket.terminate()
  })
  socket.on('error', (error) => {
    cause = error
  })
  socket.on('close', () => {
    const error = new CliError('The connection to the gateway was lost before the reply was complete.', {
      next: 'The turn goes on without it: see `clawgo status`, then ask again in the same session.',
      cause,
    })
    resolve({ error, wasOpen })
  })
  return promise.finally(() => socket.close())
}

/** Asks the gateway to stop what runs; a failure to ask is not worth a second error. */
async function stopTurn(gateway: RunningGateway, session: string, turn: number | undefined): Promise<void> {
  await callGateway(gateway, '/api/chat/stop', z.unknown(), turn === undefined ? { session } : { turn }).catch(() => {})
}

function parseFrame(text: string): Frame | null {
  try {
    return frameSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
