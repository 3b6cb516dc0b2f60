/** How the stand-in platform tells of events: posts to a request URL, sealed and signed, or frames of a connection. */
import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import { decodeFrame, encodeFrame } from './feishu-server-frames.ts'

export interface EventSecrets {
  appId: string
  encryptKey: string
  verificationToken: string
}

export interface PlatformEvent {
  schema: '2.0'
  header: {
    event_id: string
    event_type: string
    create_time: string
    token: string
    app_id: string
    tenant_key: string
  }
  event: Record<string, unknown>
}

export interface Said {
  chat: string
  text?: string
  /** Instead of `text`. */
  type?: string
  content?: unknown
  /** Default `p2p`. */
  chatType?: 'p2p' | 'group'
  sender?: string
  senderType?: 'user' | 'app'
  mentions?: Array<{ key: string; openId: string; name: string }>
  parentId?: string
  threadId?: string
  messageId?: string
}

/** An event envelope of its own id. */
export function eventOf(secrets: EventSecrets, type: string, event: Record<string, unknown>): PlatformEvent {
  const { verificationToken: token, appId: app_id } = secrets
  const header = {
    event_id: randomUUID(),
    event_type: type,
    create_time: `${Date.now()}`,
    token,
    app_id,
    tenant_key: 't1',
  }
  return { schema: '2.0', header, event }
}

/** `im.message.receive_v1` of a person's message. */
export function messageEvent(secrets: EventSecrets, said: Said): PlatformEvent {
  const { chat, type = 'text', content = { text: said.text ?? '' }, chatType = 'p2p', sender = 'ou_person' } = said
  return eventOf(secrets, 'im.message.receive_v1', {
    sender: { sender_id: { open_id: sender, user_id: null, union_id: null }, sender_type: said.senderType ?? 'user' },
    message: {
      message_id: said.messageId ?? `om_${randomUUID().replaceAll('-', '')}`,
      create_time: `${Date.now()}`,
      chat_id: chat,
      chat_type: chatType,
      message_type: type,
      content: JSON.stringify(content),
      ...(said.threadId ? { thread_id: said.threadId } : {}),
      ...(said.parentId ? { parent_id: said.parentId, root_id: said.parentId } : {}),
      ...(said.mentions
        ? { mentions: said.mentions.map(({ key, openId, name }) => ({ key, id: { open_id: openId }, name })) }
        : {}),
    },
  })
}

/** A body and headers as the platform posts them: encrypted and signed when the app has an encrypt key. */
export function sealed(
  body: unknown,
  { encryptKey }: Pick<EventSecrets, 'encryptKey'>,
  { at = Date.now(), unsigned = false }: { at?: number; unsigned?: boolean } = {},
): { body: string; headers: Record<string, string> } {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (encryptKey === '') return { body: JSON.stringify(body), headers }
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), iv)
  const encrypt = Buffer.concat([iv, cipher.update(JSON.stringify(body)), cipher.final()]).toString('base64')
  const text = JSON.stringify({ encrypt })
  if (unsigned) return { body: text, headers }
  const timestamp = `${Math.floor(at / 1000)}`
  const nonce = randomBytes(5).toString('hex')
  const signature = createHash('sha256')
    .update(timestamp + nonce + encryptKey + text)
    .digest('hex')
  Object.assign(headers, {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': signature,
  })
  return { body: text, headers }
}

/** Posts once; true when it was taken. */
export async function postEvent(url: string, event: unknown, secrets: EventSecrets): Promise<boolean> {
  const answer = await fetch(url, {
    method: 'POST',
    ...sealed(event, secrets),
    signal: AbortSignal.timeout(3000),
  }).catch(() => null)
  await answer?.body?.cancel()
  return answer?.status === 200
}

/** Sends an event over a connection, in `parts` frames; true when it was acknowledged with 200. */
export async function sendEvent(socket: WebSocket, event: unknown, parts = 1): Promise<boolean> {
  const payload = new TextEncoder().encode(JSON.stringify(event))
  const messageId = randomUUID()
  const size = Math.ceil(payload.length / parts)
  const acknowledged = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => done(false), 3000)
    const onClose = () => done(false)
    const onMessage = (data: Buffer) => {
      const frame = decodeFrame(data)
      if (frame.headers.message_id !== messageId) return
      done((JSON.parse(new TextDecoder().decode(frame.payload)) as { code: number }).code === 200)
    }
    const done = (taken: boolean) => {
      clearTimeout(timer)
      socket.off('message', onMessage).off('close', onClose)
      resolve(taken)
    }
    socket.on('message', onMessage).on('close', onClose)
  })
  for (let seq = 0; seq < parts; seq++) {
    const headers = { type: 'event', message_id: messageId, sum: `${parts}`, seq: `${seq}`, trace_id: messageId }
    socket.send(
      encodeFrame({ method: 1, service: 7, headers, payload: payload.subarray(seq * size, (seq + 1) * size) }),
    )
  }
  return acknowledged
}
