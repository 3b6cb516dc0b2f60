/** `message`: sends to chats, and changes what was sent (agent.md section 9.11). */
import * as z from 'zod'
import { defineTool, type ToolContext } from './tool.ts'
import { readablePath, type ToolWorkspace } from './workspace-path.ts'

export interface MessageButton {
  text: string
  data: string
}

/** A message for the outbox. Which fields are set depends on `action`. */
export interface OutgoingMessage {
  action: 'send' | 'edit' | 'delete' | 'react'
  channel: string
  chat: string
  /** send, edit. */
  text?: string
  /** send: an http(s) URL, or a path relative to the workspace. */
  media?: string
  /** edit, delete, react. */
  messageId?: string
  /** react. */
  emoji?: string
  /** send: rows of buttons. */
  buttons?: MessageButton[][]
  /** The session that sends, for the audit. */
  session: string
  /** The same for the same call also after a restart: what was queued under it is not queued again. */
  idempotencyKey: string
}

/** Takes messages for delivery. */
export interface Messenger {
  /** Stores `message` durably; says why it is held when its channel is not connected. */
  send(message: OutgoingMessage): Promise<{ held: string | null }>
}

const input = z.object({
  action: z.string().trim().toLowerCase().default('send').describe('send, edit, delete or react'),
  message: z.string().optional().describe('The text'),
  content: z.string().optional().describe('Same as message'),
  to: z.string().trim().optional().describe('The chat (default: the current one)'),
  chat_id: z.string().trim().optional().describe('Same as to'),
  channel: z.string().trim().optional().describe('telegram, weixin, ... (default: the current one)'),
  media: z.string().trim().optional().describe('URL or workspace path of a file to send'),
  path: z.string().trim().optional().describe('Same as media'),
  file_path: z.string().trim().optional().describe('Same as media'),
  filePath: z.string().trim().optional().describe('Same as media'),
  message_id: z.string().trim().optional().describe('The message to edit, delete or react to'),
  emoji: z.string().trim().optional().describe('The reaction'),
  buttons: z
    .array(z.array(z.object({ text: z.string().default(''), data: z.string().default('') })))
    .default([])
    .describe('Rows of buttons'),
})

type Input = z.output<typeof input>
type Payload = Omit<OutgoingMessage, 'channel' | 'chat' | 'session' | 'idempotencyKey'>

/** Success means queued, not delivered. Callers who are not the owner may act in their own chat only. */
export function messageTool(messenger: Messenger, workspace: ToolWorkspace) {
  return defineTool({
    name: 'message',
    description:
      'Send a message or a file to another chat, or edit, delete or react to a message. Not for the reply in the current chat: that is your answer itself.',
    input,
    // The outbox knows the call and queues it once.
    idempotent: true,
    async run(given, context) {
      const payload = payloadOf(given, workspace)
      const target = targetOf(given, context)
      const here = target.channel === context.channel && target.chat === context.chat
      // A plain reply cannot carry files and buttons, so these may be sent to the own chat.
      if (here && payload.action === 'send' && !payload.media && !payload.buttons) {
        return 'Suppressed message tool self-send in current chat; assistant will reply via normal outbound.'
      }
      if (!here && !context.owner) throw new Error('only the owner may send to other chats')
      const { held } = await messenger.send({
        ...payload,
        ...target,
        session: context.session,
        idempotencyKey: context.callId,
      })
      const where = `${target.channel}:${target.chat}`
      return held === null
        ? `Message action=${payload.action} sent to ${where}`
        : `Message action=${payload.action} to ${where} is held: ${held}. It goes out when the channel is connected.`
    },
  })
}

function targetOf(given: Input, context: ToolContext): { channel: string; chat: string } {
  const channel = given.channel || context.channel
  // The chat of one channel means nothing in another.
  const chat = given.to || given.chat_id || (channel === context.channel ? context.chat : '')
  if (!channel || !chat) throw new Error('No target channel/chat specified')
  return { channel, chat }
}

function payloadOf(given: Input, workspace: ToolWorkspace): Payload {
  const text = [given.message, given.content].find((candidate) => candidate?.trim())
  const { message_id: messageId, emoji } = given
  switch (given.action) {
    case 'send': {
      const media = mediaOf(given, workspace)
      if (!text && !media) throw missing('message/content or media for action=send')
      const rows = given.buttons.map((row) => row.filter((button) => button.text && button.data))
      const buttons = rows.filter((row) => row.length > 0)
      return { action: 'send', ...(text && { text }), ...(media && { media }), ...(buttons.length > 0 && { buttons }) }
    }
    case 'edit':
      if (!messageId || !text) throw missing('message_id and message/content for action=edit')
      return { action: 'edit', messageId, text }
    case 'delete':
      if (!messageId) throw missing('message_id for action=delete')
      return { action: 'delete', messageId }
    case 'react':
      if (!messageId || !emoji) throw missing('message_id and emoji for action=react')
      return { action: 'react', messageId, emoji }
    default:
      throw new Error(`unsupported action: ${given.action}`)
  }
}

function mediaOf(given: Input, workspace: ToolWorkspace): string | undefined {
  const media = given.media || given.path || given.file_path || given.filePath
  if (!media || /^https?:\/\//i.test(media)) return media
  return readablePath(workspace, media)
}

const missing = (what: string) => new Error(`missing required field: ${what}`)
