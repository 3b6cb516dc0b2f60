/** What of a turn's end goes to its chat (channels.md section 5). */
import type { Outcome } from '../chat/index.ts'
import type { OutgoingMessage } from './channel.ts'

export const STOPPED = 'Stopped.'
export const NOTHING_RUNS = 'Nothing is running.'

export interface ReplyContext {
  /** The platform's id of the message that was answered. */
  messageId?: string | undefined
  /** The draft that showed the answer while it grew; none when its name is empty. */
  draft?: string | null
}

const TAG = /^\s*\[\[\s*(?:reply_to_current|reply_to\s*:\s*([^\]\s]+))\s*\]\]\s*/i
const NO_REPLY = 'NO_REPLY'

/** The message for the chat; null when nothing is to be said. A draft that shows nothing of worth is taken away. */
export function replyMessage(
  outcome: Pick<Outcome, 'turn' | 'state' | 'reply' | 'error'>,
  context: ReplyContext,
): OutgoingMessage | null {
  const { text, replyTo } = wordsOf(outcome, context)
  const draft = context.draft || undefined
  if (text !== '') return { action: 'send', text, ...(replyTo && { replyTo }), ...(draft && { draft }) }
  return draft ? { action: 'delete', messageId: draft, draft } : null
}

function wordsOf(outcome: Pick<Outcome, 'turn' | 'state' | 'reply'>, { messageId }: ReplyContext) {
  switch (outcome.state) {
    case 'done':
      return taggedReply(outcome.reply, messageId)
    case 'stopped':
      return { text: STOPPED }
    case 'interrupted':
      return { text: 'I was interrupted and could not finish this answer. Please send your message again.' }
    default:
      // The reason may quote a provider's answer; it stands in the log and in the console, for the owner.
      return {
        text: `Something went wrong, and I could not answer this message (turn ${outcome.turn}). Please try again.`,
      }
  }
}

/** A reply without its tag, and the message it answers; empty when nothing is to be sent. */
export function taggedReply(reply: string, messageId?: string): { text: string; replyTo?: string } {
  const tag = TAG.exec(reply)
  const text = (tag ? reply.slice(tag[0].length) : reply).trim()
  if (text === '' || text.toUpperCase() === NO_REPLY) return { text: '' }
  const replyTo = tag ? (tag[1] ?? messageId) : undefined
  return { text, ...(replyTo && { replyTo }) }
}

/** What of an answer can be shown while it grows; empty while it may still turn out to be a tag or no reply at all. */
export function growingReply(text: string, messageId?: string): { text: string; replyTo?: string } {
  const start = text.trimStart()
  if (/^\[(?:$|\[[^\]]*\]?$)/.test(start)) return { text: '' }
  const shown = taggedReply(start, messageId)
  return NO_REPLY.startsWith(shown.text.toUpperCase()) ? { text: '' } : shown
}
