/**
 * A whole channel, small enough to be read in one go: a chat platform over plain HTTP. It is the worked example of
 * docs/channels.md, and what the tests of the channels' core talk through.
 *
 *     GET  /updates?after=<cursor>&wait=<ms>   {"cursor": 2, "updates": [{"id": "1", "chat": "c", "from": "ann", "text": "hi"}]}
 *     POST /send    {"chat", "text", "key", "draft"?, "replyTo"?, "file"?}   {"id": "m1"}
 *     POST /draft   {"chat", "text", "draft"?}                               {"id": "m1"}
 *     POST /typing  {"chat"}
 *     GET  /files/<name>
 */
import * as z from 'zod'
import {
  type Channel,
  type ChannelDeps,
  type ChannelHealth,
  type ChannelKind,
  DeliveryError,
  type InboundMessage,
  LoginNeeded,
  type OutgoingMessage,
  type OutgoingPart,
} from '../../src/channels/index.ts'

/** Its section of the config: `channels.loopback`. */
export interface LoopbackSettings {
  enabled: boolean
  /** Address of the platform. */
  url: string
  /** Accounts to poll; left out: one without a name. */
  accounts?: string[]
  /** Show answers while they grow. */
  streaming?: boolean
}

/** What of a platform's answers is read; the rest may be anything. */
const updatesSchema = z.object({
  cursor: z.number(),
  updates: z.array(
    z.object({
      id: z.string(),
      chat: z.string(),
      from: z.string(),
      text: z.string(),
      name: z.string().optional(),
      group: z.boolean().default(false),
      addressed: z.boolean().default(false),
      files: z.array(z.string()).default([]),
    }),
  ),
})
const sentSchema = z.object({ id: z.string() })

/** The longest text of one message; longer ones are cut into several. */
const PART = 400

export const loopback: ChannelKind<LoopbackSettings> = {
  name: 'loopback',
  problem: ({ url }) => (URL.canParse(url) ? null : 'channels.loopback.url must be an address'),
  open: (deps) => openLoopback(deps),
}

function openLoopback({ settings, platform, state, receive, changed }: ChannelDeps<LoopbackSettings>): Channel {
  const health = new Map<string, ChannelHealth['state']>()
  const accounts = settings.accounts ?? ['']

  function became(source: string, now: ChannelHealth['state']): void {
    if (health.get(source) === now) return
    health.set(source, now)
    changed()
  }

  /** One request; what fails says whether it may have arrived. */
  async function post(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    let answer: Response
    try {
      answer = await platform.fetch(`${settings.url}${path}`, { method: 'POST', body: JSON.stringify(body), signal })
    } catch (cause) {
      throw new DeliveryError('ambiguous', 'the platform did not answer', undefined, { cause })
    }
    if (answer.ok) return answer.json()
    const reason = `the platform answered ${answer.status}`
    if (answer.status === 429)
      throw new DeliveryError('later', reason, Number(answer.headers.get('retry-after')) * 1000)
    if (answer.status === 409) throw new DeliveryError('until_inbound', reason)
    if (answer.status === 401) throw new DeliveryError('login', reason)
    throw new DeliveryError(answer.status >= 500 ? 'later' : 'refused', reason)
  }

  return {
    sources: () => accounts,

    async poll(source, { waitMs, signal }) {
      const after = state.get<number>(`cursor/${source}`) ?? 0
      const query = new URLSearchParams({ after: String(after), wait: String(waitMs), account: source })
      const answer = await platform.fetch(`${settings.url}/updates?${query}`, { signal }).catch((error: unknown) => {
        became(source, 'failing')
        throw error
      })
      if (answer.status === 401) {
        became(source, 'login_needed')
        throw new LoginNeeded('log in to loopback again')
      }
      if (!answer.ok) throw new Error(`the platform answered ${answer.status}`)
      const { cursor, updates } = updatesSchema.parse(await answer.json())
      became(source, 'connected')
      // The messages and the cursor become durable together: whatever happens, no message is lost and none comes twice.
      const keepCursor = () => state.set(`cursor/${source}`, cursor)
      if (updates.length > 0)
        receive(
          updates.map((update) => inbound(update, source)),
          keepCursor,
        )
      return {}
    },

    async hook(request) {
      const { updates } = updatesSchema.parse(await request.json())
      receive(updates.map((update) => inbound(update, '')))
      return new Response('taken')
    },

    parts({ text = '', media, draft, replyTo, ...message }: OutgoingMessage): readonly OutgoingPart[] {
      if (message.action !== 'send') return [{ ...message, text }]
      const texts = text.match(new RegExp(`[^]{1,${PART}}`, 'g')) ?? ['']
      return texts.map((piece, index) => ({
        action: 'send',
        text: piece,
        ...(index === 0 && draft && { draft }),
        ...(index === 0 && replyTo && { replyTo }),
        ...(index === 0 && media && { file: true }),
      }))
    },

    async send(chat, part, { key, file, signal }) {
      const named = file && { name: file.name, mime: file.mime, size: file.bytes.length }
      const answer = await post('/send', { chat, key, ...part, ...(named && { file: named }) }, signal)
      return { messageId: sentSchema.parse(answer).id }
    },

    typingMs: 500,
    async typing(chat, signal) {
      await post('/typing', { chat }, signal)
    },

    async draft(chat, text, { draft, signal }) {
      if (!settings.streaming) return null
      return sentSchema.parse(await post('/draft', { chat, text, ...(draft && { draft }) }, signal)).id
    },

    async download({ ref, name = 'file' }, signal) {
      const answer = await platform.fetch(`${settings.url}/files/${ref}`, { signal })
      if (!answer.ok || !answer.body) throw new Error(`the platform answered ${answer.status}`)
      return { name, body: answer.body }
    },

    health: () => accounts.map((source) => ({ source, state: health.get(source) ?? 'connecting' })),
    test: async () => `loopback at ${settings.url}`,
    close() {},
  }
}

function inbound(update: z.output<typeof updatesSchema>['updates'][number], source: string): InboundMessage {
  const { id, chat, from, text, name, group, addressed, files } = update
  const attachments = files.map((file) => ({ kind: 'file' as const, ref: file, name: file }))
  return {
    id,
    source,
    chat,
    sender: from,
    text,
    group,
    addressed,
    messageId: id,
    attachments,
    ...(name && { senderName: name }),
  }
}
