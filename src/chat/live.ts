/**
 * The endpoint behind `/api/chat/live`. A socket carries one turn at a time; with `"stay": true` it takes further
 * messages. A client that lost its socket comes back with `{"turn", "after"}` and goes on where it was.
 */
import * as z from 'zod'
import { GatewayError, messageOf } from '../errors.ts'
import type { Endpoint, Platform, Socket } from '../platform.ts'
import type { Chat } from './chat.ts'
import { errorFrame, frameOf, type View } from './frames.ts'

/** What a client may send. */
export const liveRequest = z.object({
  session: z.string().nullish(),
  message: z.string().nullish(),
  media: z.union([z.string(), z.array(z.string()).max(20)]).nullish(),
  model: z.string().nullish(),
  stop: z.boolean().nullish().describe('While an answer is coming: stop it; with `session`: what runs there instead.'),
  stay: z.boolean().nullish().describe('Keep the socket after `chat_done` and take further messages.'),
  events: z.boolean().nullish().describe('Also send tool calls, results, reasoning and steps.'),
  idempotency_key: z.string().nullish().describe('The same key and message give the same turn, once.'),
  turn: z.int().positive().nullish().describe('Follow this turn instead of sending a message.'),
  after: z.int().min(0).nullish().describe('With `turn`: the last `seq` seen; 0 from the beginning.'),
})

type LiveRequest = z.output<typeof liveRequest>

/** Survives hibernation with the socket. */
interface Attachment {
  /** The session of the socket's URL; empty when it names none. */
  session: string
  /** True while a stream is being sent: a socket that wakes up like this has lost its sender. */
  busy?: boolean
  /** The turn whose stream that is. */
  turn?: number
}

export function liveEndpoint(chat: Chat, platform: Pick<Platform, 'background' | 'log'>): Endpoint {
  /** What ends the stream of each busy socket. */
  const leaving = new WeakMap<Socket, AbortController>()
  return {
    message(socket, data) {
      const attachment = socket.attachment as Attachment
      if (attachment.busy) {
        const request = parse(data)
        if (request?.stop) stop(chat, attachment, request.session)
        else void socket.send(frame(errorFrame('a message is still being answered on this socket', attachment.session)))
        return
      }
      socket.attach({ ...attachment, busy: true })
      const left = new AbortController()
      leaving.set(socket, left)
      const work = answer({ chat, socket, log: platform.log, left: left.signal }, attachment.session, data).then(
        (stay) => {
          leaving.delete(socket)
          if (stay) socket.attach({ session: attachment.session })
          else socket.close(1000)
        },
      )
      platform.background(work)
      return work
    },
    /** Nobody reads any more: the reader must not wait for a turn that may be far away. The turn itself goes on. */
    closed(socket) {
      leaving.get(socket)?.abort()
    },
  }
}

/** Stops what this socket follows, or what runs in the session that the client names. */
function stop(chat: Chat, { session, turn }: Attachment, named: string | null | undefined): void {
  if (named || turn === undefined) chat.stopSession(named || session || 'main')
  else chat.engine.stop(turn)
}

/** Closes sockets whose sender died with an earlier life of the object; their clients come back with a cursor. */
export function closeOrphans(sockets: Platform['sockets']): void {
  for (const socket of sockets.open('chat')) {
    if ((socket.attachment as Attachment).busy) socket.close(1012, 'restarted')
  }
}

/** One message being answered. */
interface Exchange {
  chat: Chat
  socket: Socket
  log: Platform['log']
  /** Aborted when the socket is gone. */
  left: AbortSignal
}

/** Answers one client message; true when the socket stays. */
async function answer(exchange: Exchange, urlSession: string, data: string | Uint8Array): Promise<boolean> {
  const { chat, socket, log } = exchange
  const request = parse(data)
  if (!request) {
    await socket.send(frame(errorFrame('invalid json')))
    return false
  }
  const session = request.session || urlSession || 'main'
  const stay = request.stay === true
  try {
    const view: View = { session, turn: 0, events: request.events === true, resumable: stay || request.events === true }
    if (request.turn) {
      const { session: of } = chat.outcome(request.turn)
      await stream(exchange, { ...view, session: of, turn: request.turn, resumable: true }, request.after ?? 0)
      return stay
    }
    const submitted = chat.submit({
      session,
      message: request.message ?? '',
      media: request.media ?? undefined,
      model: request.model ?? undefined,
      idempotencyKey: request.idempotency_key ?? undefined,
    })
    if ('reply' in submitted) {
      if (submitted.reply) await socket.send(frame({ ok: true, type: 'chat_chunk', session, delta: submitted.reply }))
      await socket.send(frame({ ok: true, type: 'chat_done', session }))
      return stay
    }
    await stream(exchange, { ...view, turn: submitted.turn }, request.after ?? 0)
    return stay
  } catch (error) {
    if (!(error instanceof GatewayError)) log.error('a live chat failed', { session, error: messageOf(error) })
    await socket.send(frame(errorFrame(error instanceof GatewayError ? error : 'internal error', session)))
    return stay
  }
}

async function stream({ chat, socket, left }: Exchange, view: View, after: number): Promise<void> {
  socket.attach({ ...(socket.attachment as Attachment), turn: view.turn })
  // Each look comes after the last send, so a slow socket gets fewer, larger frames instead of a growing queue.
  for await (const events of chat.engine.read(view.turn, after, left)) {
    for (const event of events) {
      if (!socket.isOpen) return
      const out = frameOf(event, view)
      if (out) await socket.send(frame(out))
    }
  }
}

function parse(data: string | Uint8Array): LiveRequest | null {
  try {
    const text =
      typeof data === 'string' ? data : new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(data)
    return liveRequest.parse(JSON.parse(text))
  } catch {
    return null
  }
}

const frame = (body: object) => `${JSON.stringify(body)}\n`
