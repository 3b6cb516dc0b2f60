/** The content of a message by its type: words, and files to fetch (channels.md section 9.2). */
import * as z from 'zod'
import type { Attachment, AttachmentKind } from '../channel.ts'
import type { Mention, MessageEvent } from './event.ts'
import { readPost } from './post-markdown.ts'

/** What `download` needs: a file is only given out together with the message it came in. */
export const resourceSchema = z.object({
  message_id: z.string().min(1),
  file_key: z.string().min(1),
  type: z.enum(['image', 'file']),
})
export type Resource = z.infer<typeof resourceSchema>

export interface MessageContent {
  readonly text: string
  readonly attachments: readonly Attachment[]
}

const contentSchema = z.looseObject({
  text: z.string().default(''),
  image_key: z.string().default(''),
  file_key: z.string().default(''),
  file_name: z.string().default(''),
})

/** Reads a message; what the bot is called by is left out of its words. */
export function readContent(message: MessageEvent['message'], isBot: (mention: Mention) => boolean): MessageContent {
  const { message_id, message_type: type, mentions } = message
  const raw = parse(message.content)
  const content = contentSchema.catch({ text: '', image_key: '', file_key: '', file_name: '' }).parse(raw)
  const one = (kind: AttachmentKind, key: string, name?: string): MessageContent => ({
    text: key === '' ? `[${type}]` : '',
    attachments: key === '' ? [] : [attachment(message_id, kind, key, name)],
  })
  switch (type) {
    case 'text':
      return { text: resolveMentions(content.text, mentions, isBot), attachments: [] }
    case 'post': {
      const post = readPost(raw, ({ id, name }) => {
        const mention = mentions.find(({ key, id: person }) => key === id || (id !== '' && person?.open_id === id))
        if (mention && isBot(mention)) return null
        return mention?.name || name || id
      })
      return {
        text: post.markdown,
        attachments: post.files.map(({ kind, key }) => attachment(message_id, kind, key)),
      }
    }
    case 'image':
      return one('image', content.image_key)
    case 'file':
      return one('file', content.file_key, content.file_name)
    case 'audio':
      return one('voice', content.file_key)
    case 'media':
      return one('video', content.file_key, content.file_name)
    default:
      // Stickers cannot be fetched by an app, and the rest (cards, shared chats, places) is for Feishu's own eyes.
      return { text: `[${type || 'message'}]`, attachments: [] }
  }
}

/** Puts names where the text has `@_user_1`, longest key first: `@_user_1` is also the beginning of `@_user_10`. */
function resolveMentions(text: string, mentions: readonly Mention[], isBot: (mention: Mention) => boolean): string {
  let resolved = text
  for (const mention of [...mentions].sort((a, b) => b.key.length - a.key.length)) {
    if (mention.key === '') continue
    resolved = isBot(mention)
      ? resolved.replaceAll(`${mention.key} `, '').replaceAll(mention.key, '')
      : resolved.replaceAll(mention.key, () => `@${mention.name}`)
  }
  return resolved.replaceAll('@_all', '@all').trim()
}

function attachment(messageId: string, kind: AttachmentKind, key: string, name?: string): Attachment {
  const ref: Resource = { message_id: messageId, file_key: key, type: kind === 'image' ? 'image' : 'file' }
  return { kind, ref, ...(name && { name }) }
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return null
  }
}
