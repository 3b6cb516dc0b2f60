import { describe, expect, it } from 'vitest'
import { inboundOf } from './inbound.ts'
import { type BotInfo, updateSchema } from './wire.ts'

const BOT: BotInfo = { id: 42, username: 'ClawBot', name: 'Claw' }
const ANN = { id: 7, is_bot: false, first_name: 'Ann', last_name: 'Lee', username: 'ann' }
const GROUP = { id: -100123, type: 'supergroup' }

const of = (update: Record<string, unknown>) => inboundOf(updateSchema.parse({ update_id: 9, ...update }), BOT)
const message = (fields: Record<string, unknown>) =>
  of({ message: { message_id: 5, from: ANN, chat: { id: 7, type: 'private' }, ...fields } })
const inGroup = (fields: Record<string, unknown>) => message({ chat: GROUP, ...fields })
const entity = (type: string, offset: number, length: number, more = {}) => ({ type, offset, length, ...more })

describe('a message of Telegram', () => {
  it('says who wrote what where', () => {
    expect(message({ text: 'hello' })).toEqual({
      id: '42:9',
      source: '',
      chat: '7',
      sender: '7',
      senderName: 'Ann Lee (@ann)',
      text: 'hello',
      group: false,
      addressed: false,
      messageId: '5',
    })
  })

  it('is nobody’s when a bot wrote it, when nobody did, and when it says nothing', () => {
    expect(message({ text: 'hello', from: { id: 8, is_bot: true } })).toBeNull()
    expect(message({ text: 'hello', from: undefined })).toBeNull()
    expect(message({ new_chat_title: 'x' })).toBeNull()
    expect(of({ edited_message: {} })).toBeNull()
  })

  it('belongs to the topic it was written in, and only forums have topics', () => {
    expect(inGroup({ text: 'x', message_thread_id: 45, is_topic_message: true })).toMatchObject({
      chat: '-100123/45',
      group: true,
    })
    expect(inGroup({ text: 'x', message_thread_id: 45 })).toMatchObject({ chat: '-100123' })
  })
})

describe('in a group', () => {
  it('is addressed by a mention of exactly this bot', () => {
    const said = (text: string, ...entities: unknown[]) => inGroup({ text, entities })?.addressed
    expect(said('hi @clawbot there', entity('mention', 3, 8))).toBe(true)
    expect(said('hi @clawbot2 there', entity('mention', 3, 9))).toBe(false)
    // Not an entity: part of an address or of code.
    expect(said('mail x@clawbot')).toBe(false)
    expect(said('😀 @ClawBot', entity('mention', 3, 8))).toBe(true)
    expect(said('Claw, hi', entity('text_mention', 0, 4, { user: { id: 42, is_bot: true, first_name: 'Claw' } }))).toBe(
      true,
    )
    expect(said('Bob, hi', entity('text_mention', 0, 3, { user: { id: 43, first_name: 'Bob' } }))).toBe(false)
    const caption = { caption: '@clawbot look', caption_entities: [entity('mention', 0, 8)], photo: [{ file_id: 'a' }] }
    expect(inGroup(caption)).toMatchObject({ addressed: true, text: '@clawbot look' })
  })

  it('is addressed by an answer to this bot, not by one to another bot or in a topic it opened', () => {
    const answer = (reply_to_message: unknown) => inGroup({ text: 'yes', reply_to_message })?.addressed
    expect(answer({ from: { id: 42, is_bot: true } })).toBe(true)
    expect(answer({ from: { id: 43, is_bot: true } })).toBe(false)
    expect(answer({ from: { id: 42, is_bot: true }, forum_topic_created: { name: 'x' } })).toBe(false)
  })

  it('takes a command for itself unless it names another bot', () => {
    expect(inGroup({ text: '/new' })).toMatchObject({ text: '/new', addressed: true })
    expect(inGroup({ text: '/model@ClawBot openai/x' })).toMatchObject({ text: '/model openai/x', addressed: true })
    expect(inGroup({ text: '/new@OtherBot' })).toMatchObject({ text: '/new@OtherBot', addressed: false })
    const mentioned = { text: '@clawbot /status', entities: [entity('mention', 0, 8)] }
    expect(inGroup(mentioned)).toMatchObject({ text: '/status', addressed: true })
  })
})

describe('what a message carries', () => {
  const file = (id: string, more = {}) => ({ file_id: id, file_unique_id: `u${id}`, file_size: 10, ...more })

  it.each([
    [
      'photo',
      [file('small'), file('large')],
      { kind: 'image', mime: 'image/jpeg', ref: { file_id: 'large', unique: 'ularge' } },
    ],
    ['voice', file('v', { mime_type: 'audio/ogg' }), { kind: 'voice', mime: 'audio/ogg', size: 10 }],
    ['audio', file('a', { file_name: 'a.mp3', mime_type: 'audio/mpeg' }), { kind: 'audio', name: 'a.mp3' }],
    ['video', file('m'), { kind: 'video', mime: 'video/mp4' }],
    ['video_note', file('n'), { kind: 'video', mime: 'video/mp4' }],
    ['document', file('d', { file_name: 'd.pdf', mime_type: 'application/pdf' }), { kind: 'file', name: 'd.pdf' }],
    ['document', file('p', { mime_type: 'image/png' }), { kind: 'image', mime: 'image/png' }],
  ])('is a %s to fetch', (field, value, attachment) => {
    const received = message({ [field]: value, caption: 'look' })
    expect(received).toMatchObject({ text: 'look', attachments: [attachment] })
    expect(received!.attachments).toHaveLength(1)
  })

  it('is one video when an animation comes as a document too', () => {
    const received = message({ animation: file('g'), document: file('g') })
    expect(received).toMatchObject({ text: '', attachments: [{ kind: 'video' }] })
    expect(received!.attachments).toHaveLength(1)
  })

  it.each([
    [{ sticker: { emoji: '😀' } }, '[sticker 😀]'],
    [{ location: { latitude: 48.1, longitude: 11.5 } }, '[location 48.1, 11.5]'],
    [
      {
        location: { latitude: 1, longitude: 2 },
        venue: { location: { latitude: 1, longitude: 2 }, title: 'Bar', address: 'Street 1' },
      },
      '[location 1, 2: Bar, Street 1]',
    ],
    [{ contact: { phone_number: '+49123', first_name: 'Bob', last_name: 'Ray' } }, '[contact Bob Ray: +49123]'],
    [{ poll: { question: 'Tea?', options: [{ text: 'yes' }, { text: 'no' }] } }, '[poll Tea?: yes / no]'],
    [{ dice: { emoji: '🎲', value: 4 } }, '[🎲 4]'],
    [
      { document: file('d', { file_name: 'film.mkv', file_size: 35_000_001 }), caption: 'watch' },
      'watch\n[file film.mkv: 36 MB, more than the 20 MB that Telegram lets a bot fetch]',
    ],
  ])('is told as text: %j', (fields, text) => {
    const received = message(fields)
    expect(received?.text).toBe(text)
    expect(received?.attachments).toBeUndefined()
  })
})

describe('a pressed button', () => {
  const pressed = (fields: Record<string, unknown>) =>
    of({
      callback_query: { id: 'q', from: ANN, data: 'yes please', message: { message_id: 6, chat: GROUP }, ...fields },
    })

  it('says its data, addressed, where the button is', () => {
    const where = { message_id: 6, chat: GROUP, message_thread_id: 45, is_topic_message: true }
    const said = { text: 'yes please', chat: '-100123/45', group: true, addressed: true, messageId: '6', sender: '7' }
    expect(pressed({ message: where })).toMatchObject(said)
  })

  it('says nothing without data or chat', () => {
    expect(pressed({ data: undefined })).toBeNull()
    expect(pressed({ message: undefined })).toBeNull()
  })
})
