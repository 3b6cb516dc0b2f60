/** The chats of the Telegram stand-in: what each shows, and the rules by which Telegram takes or refuses a message. */

export interface SeenEntity {
  type: string
  offset: number
  length: number
  url?: string
  language?: string
}

/** A message as its chat shows it. */
export interface SeenMessage {
  id: number
  by: 'bot' | 'person'
  text: string
  entities: SeenEntity[]
  /** The texts it had before, oldest first. */
  earlier: string[]
  deleted: boolean
  topic?: number
  replyTo?: number
  buttons?: Array<Array<{ text: string; callback_data: string }>>
  /** How it was sent (`photo`, `document`, …), the file's name and what is in it. */
  file?: { kind: string; name: string; bytes: Uint8Array }
  reaction?: string
}

/** Parameters of a call: JSON, or the fields and files of a form. */
export type Parameters = Record<string, unknown>

/** An answer that is not `ok`. */
export class Refusal extends Error {
  readonly code: number
  readonly parameters: Record<string, unknown> | undefined

  constructor(code: number, message: string, parameters?: Record<string, unknown>) {
    super(message)
    this.code = code
    this.parameters = parameters
  }
}

const refuse = (why: string) => new Refusal(400, `Bad Request: ${why}`)
const KINDS = ['photo', 'animation', 'voice', 'audio', 'video', 'document']

export class Chats {
  readonly #chats = new Map<string, { messages: SeenMessage[]; topics: Set<number>; actions: string[] }>()
  /** Chats whose person blocked the bot. */
  readonly blocked = new Set<string>()
  /** Groups that live on as supergroups: old id to new. */
  readonly moved = new Map<string, number>()
  /** Refuses every message that has entities, whatever they are. */
  refuseEntities = false
  /** Why a kind of file is refused: `photo` to `PHOTO_INVALID_DIMENSIONS`. */
  readonly refusedKinds = new Map<string, string>()
  #lastId = 100

  /** The messages of a chat, deleted ones too. */
  seen(chat: string | number): SeenMessage[] {
    return this.#open(String(chat)).messages
  }

  /** `typing` and their like, each time it was shown. */
  actions(chat: string | number): string[] {
    return this.#open(String(chat)).actions
  }

  /** A person writes; the bot may write to this chat, and in this topic, from now on. */
  said(chat: string | number, text: string, topic?: number): number {
    const { messages, topics } = this.#open(String(chat))
    if (topic !== undefined) topics.add(topic)
    this.#lastId += 1
    messages.push({ id: this.#lastId, by: 'person', text, entities: [], earlier: [], deleted: false })
    return this.#lastId
  }

  #open(chat: string) {
    const known = this.#chats.get(chat)
    if (known) return known
    const made = { messages: [], topics: new Set<number>(), actions: [] }
    this.#chats.set(chat, made)
    return made
  }

  /** Does what a method asks for and returns its result; undefined for a method that is not about chats. */
  call(method: string, given: Parameters): unknown {
    if (method === 'sendMessage')
      return this.#send(given, this.#words(given.text, given.entities, 4096, 'message text'))
    const kind = KINDS.find((each) => method.toLowerCase() === `send${each}`)
    if (kind) return this.#sendFile(kind, given)
    switch (method) {
      case 'editMessageText':
        return this.#edit(given, this.#words(given.text, given.entities, 4096, 'message text'), false)
      case 'editMessageCaption':
        return this.#edit(given, this.#words(given.caption, given.caption_entities, 1024, 'caption'), true)
      case 'deleteMessage': {
        this.#message(given, 'message to delete not found').deleted = true
        return true
      }
      case 'setMessageReaction': {
        const [reaction] = given.reaction as Array<{ emoji: string }>
        if (reaction && !['👍', '❤', '🔥', '🎉'].includes(reaction.emoji)) throw refuse('REACTION_INVALID')
        const message = this.#message(given, 'message to react not found')
        if (reaction) message.reaction = reaction.emoji
        return true
      }
      case 'sendChatAction':
        this.#chat(given).actions.push(String(given.action))
        return true
      default:
        return undefined
    }
  }

  #chat({ chat_id, message_thread_id }: Parameters) {
    const id = String(chat_id)
    const movedTo = this.moved.get(id)
    if (movedTo !== undefined) {
      const parameters = { migrate_to_chat_id: movedTo }
      throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', parameters)
    }
    const chat = this.#chats.get(id)
    if (!chat) throw refuse('chat not found')
    if (this.blocked.has(id)) throw new Refusal(403, 'Forbidden: bot was blocked by the user')
    if (message_thread_id !== undefined && !chat.topics.has(Number(message_thread_id))) {
      throw refuse('message thread not found')
    }
    return chat
  }

  #message(given: Parameters, missing: string): SeenMessage {
    const message = this.#chat(given).messages.find(({ id }) => id === Number(given.message_id))
    if (!message || message.deleted) throw refuse(missing)
    return message
  }

  #words(given: unknown, entities: unknown, limit: number, what: string): Pick<SeenMessage, 'text' | 'entities'> {
    const text = String(given ?? '')
    if (what === 'message text' && text.trim() === '') throw refuse('message text is empty')
    if (text.length > limit) throw refuse(what === 'caption' ? 'message caption is too long' : 'message is too long')
    const checked = checkEntities(text, (entities ?? []) as SeenEntity[])
    if (this.refuseEntities && checked.length > 0) throw refuse("can't parse entities: unsupported here")
    return { text, entities: checked }
  }

  #send(given: Parameters, words: Pick<SeenMessage, 'text' | 'entities'>, file?: SeenMessage['file']): unknown {
    const chat = this.#chat(given)
    const message: SeenMessage = { id: 0, by: 'bot', ...words, earlier: [], deleted: false }
    if (given.message_thread_id !== undefined) message.topic = Number(given.message_thread_id)
    const reply = given.reply_parameters as { message_id: number; allow_sending_without_reply?: boolean } | undefined
    if (reply) {
      const there = chat.messages.some(({ id, deleted }) => id === reply.message_id && !deleted)
      if (!there && !reply.allow_sending_without_reply) throw refuse('message to be replied not found')
      if (there) message.replyTo = reply.message_id
    }
    const buttons = keyboardOf(given)
    if (buttons) message.buttons = buttons
    if (file) message.file = file
    this.#lastId += 1
    message.id = this.#lastId
    chat.messages.push(message)
    return { message_id: message.id, date: 0, chat: { id: Number(given.chat_id), type: 'private' }, text: message.text }
  }

  #sendFile(kind: string, given: Parameters): unknown {
    const refused = this.refusedKinds.get(kind)
    if (refused) throw refuse(refused)
    const file = given[kind]
    if (!(file instanceof Uploaded)) throw refuse(`there is no ${kind} in the request`)
    const words = this.#words(given.caption, given.caption_entities, 1024, 'caption')
    return this.#send(given, words, { kind, name: file.name, bytes: file.bytes })
  }

  #edit(given: Parameters, words: Pick<SeenMessage, 'text' | 'entities'>, caption: boolean): unknown {
    const message = this.#message(given, 'message to edit not found')
    if (message.by !== 'bot') throw refuse("message can't be edited")
    if (message.file && !caption) throw refuse('there is no text in the message to edit')
    const buttons = keyboardOf(given)
    const same =
      message.text === words.text &&
      JSON.stringify([message.entities, message.buttons]) === JSON.stringify([words.entities, buttons])
    if (same) throw refuse('message is not modified')
    message.earlier.push(message.text)
    Object.assign(message, words, { buttons })
    return { message_id: message.id, date: 0, chat: { id: Number(given.chat_id), type: 'private' }, text: message.text }
  }
}

/** A file of a form. */
export class Uploaded {
  readonly name: string
  readonly bytes: Uint8Array

  constructor(name: string, bytes: Uint8Array) {
    this.name = name
    this.bytes = bytes
  }
}

function keyboardOf({ reply_markup }: Parameters): SeenMessage['buttons'] {
  const rows = (reply_markup as { inline_keyboard?: SeenMessage['buttons'] } | undefined)?.inline_keyboard
  for (const { text, callback_data } of rows?.flat() ?? []) {
    const bytes = new TextEncoder().encode(callback_data).length
    if (text === '' || bytes < 1 || bytes > 64) throw refuse('BUTTON_DATA_INVALID')
  }
  return rows
}

const TYPES = ['bold', 'italic', 'strikethrough', 'code', 'pre', 'text_link', 'blockquote']

/** Stricter than Telegram, which repairs some of it: what passes here is well nested and within the text. */
export function checkEntities(text: string, entities: readonly SeenEntity[]): SeenEntity[] {
  const wrong = (why: string) => refuse(`can't parse entities: ${why}`)
  if (entities.length > 100) throw wrong('too many')
  for (const [index, one] of entities.entries()) {
    const { type, offset, length } = one
    const end = offset + length
    if (!TYPES.includes(type)) throw wrong(`unknown type ${type}`)
    if (!Number.isInteger(offset) || !Number.isInteger(length) || offset < 0 || length < 1 || end > text.length) {
      throw wrong(`${type} is out of range`)
    }
    if (cutsCharacter(text, offset) || cutsCharacter(text, end)) throw wrong(`${type} cuts a character`)
    if (type === 'text_link' && !/^(https?|tg):\/\//.test(one.url ?? '')) throw wrong('text_link without address')
    for (const other of entities.slice(index + 1)) {
      const otherEnd = other.offset + other.length
      if (otherEnd <= offset || end <= other.offset) continue
      const nested = (other.offset >= offset && otherEnd <= end) || (offset >= other.offset && end <= otherEnd)
      if (!nested) throw wrong(`${type} and ${other.type} overlap`)
      const pair = [type, other.type]
      const alone = pair.find((each) => each === 'code' || each === 'pre')
      if (alone && !pair.includes('blockquote')) throw wrong(`${pair.join(' in ')}`)
      if (type === other.type && type === 'blockquote') throw wrong('a quote in a quote')
    }
  }
  return [...entities]
}

const cutsCharacter = (text: string, at: number) => /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1))
