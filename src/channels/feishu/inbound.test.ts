import { expect, it } from 'vitest'
import { messageEvent, type Said } from '../../../test/support/feishu-server-events.ts'
import { messageEventSchema } from './event.ts'
import { messageOf } from './inbound.ts'

const BOT = { key: '@_user_1', openId: 'ou_bot', name: 'Claw' }
const ANN = { key: '@_user_2', openId: 'ou_ann', name: 'Ann' }
const secrets = { appId: 'cli_1', encryptKey: '', verificationToken: '' }

function read(said: Partial<Said>, sentByUs: (chat: string, id: string) => boolean = () => false) {
  const { event } = messageEvent(secrets, { chat: 'oc_1', messageId: 'om_1', ...said })
  return messageOf(messageEventSchema.parse(event), { bot: 'ou_bot', sentByUs })
}

it('reads a private text', () => {
  expect(read({ text: 'Hello' })).toEqual({
    id: 'om_1',
    source: '',
    chat: 'oc_1',
    sender: 'ou_person',
    text: 'Hello',
    group: false,
    addressed: false,
    messageId: 'om_1',
  })
})

it('gives a repeat under a new event id the same id', () => {
  expect(read({ text: 'a' })?.id).toBe(read({ text: 'a' })?.id)
})

it('knows its own mention from that of others, and shows names', () => {
  const group = { chatType: 'group' as const }
  const both = read({
    ...group,
    text: '@_user_1 ask @_user_2 and @_user_10',
    mentions: [BOT, ANN, { ...ANN, key: '@_user_10', name: 'Bo' }],
  })
  expect(both).toMatchObject({ text: 'ask @Ann and @Bo', addressed: true, group: true })
  expect(read({ ...group, text: 'ask @_user_2 now', mentions: [ANN] })).toMatchObject({
    text: 'ask @Ann now',
    addressed: false,
  })
  expect(read({ ...group, text: 'mail me at a@b.c' })).toMatchObject({ text: 'mail me at a@b.c', addressed: false })
  expect(read({ ...group, text: '@_all lunch' })).toMatchObject({ text: '@all lunch', addressed: false })
  expect(read({ ...group, text: '@_user_1 /help', mentions: [BOT] })).toMatchObject({ text: '/help', addressed: true })
  expect(read({ ...group, text: 'hey @_user_1 you', mentions: [BOT] })).toMatchObject({ text: 'hey you' })
})

it('takes commands and answers to the bot as spoken to it', () => {
  const group = { chatType: 'group' as const, text: 'yes' }
  const sentByUs = (chat: string, id: string) => chat === 'oc_1' && id === 'om_ours'
  expect(read({ ...group, text: '/new' })?.addressed).toBe(true)
  expect(read({ ...group, parentId: 'om_ours' }, sentByUs)?.addressed).toBe(true)
  expect(read({ ...group, parentId: 'om_theirs' }, sentByUs)?.addressed).toBe(false)
})

it('drops what no person wrote', () => {
  expect(read({ text: 'loop', senderType: 'app' })).toBeNull()
})

it('reads a rich text as Markdown', () => {
  const content = {
    title: 'Plan',
    content: [
      [
        { tag: 'at', user_id: '@_user_1', user_name: 'Claw' },
        { tag: 'text', text: ' do ' },
        { tag: 'text', text: 'this ', style: ['bold'] },
        { tag: 'a', text: 'here', href: 'https://a.example' },
      ],
      [{ tag: 'img', image_key: 'img_1' }],
      [{ tag: 'code_block', language: 'GO', text: 'x := 1\n' }],
      [{ tag: 'hr' }],
      [{ tag: 'at', user_id: '@_user_2', user_name: 'Ann' }],
    ],
  }
  const message = read({ type: 'post', content, mentions: [BOT, ANN], chatType: 'group' })
  expect(message?.text).toBe(
    '# Plan\n do **this** [here](https://a.example)\n[image]\n\n```go\nx := 1\n```\n\n\n---\n\n@Ann',
  )
  expect(message?.addressed).toBe(true)
  expect(message?.attachments).toEqual([
    { kind: 'image', ref: { message_id: 'om_1', file_key: 'img_1', type: 'image' } },
  ])
  expect(read({ type: 'post', content: { zh_cn: { content: [[{ tag: 'text', text: '你好' }]] } } })?.text).toBe('你好')
})

it.each([
  ['image', { image_key: 'img_1' }, { kind: 'image', ref: { type: 'image', file_key: 'img_1' } }],
  [
    'file',
    { file_key: 'f1', file_name: 'a.pdf' },
    { kind: 'file', name: 'a.pdf', ref: { type: 'file', file_key: 'f1' } },
  ],
  ['audio', { file_key: 'f2', duration: 2000 }, { kind: 'voice', ref: { type: 'file', file_key: 'f2' } }],
  [
    'media',
    { file_key: 'f3', image_key: 'img_2', file_name: 'v.mp4' },
    { kind: 'video', name: 'v.mp4', ref: { file_key: 'f3' } },
  ],
])('takes %s as an attachment without words', (type, content, attachment) => {
  expect(read({ type, content })).toMatchObject({ text: '', attachments: [attachment] })
})

it('names what it cannot show, and survives broken content', () => {
  expect(read({ type: 'sticker', content: { file_key: 's' } })).toMatchObject({ text: '[sticker]' })
  expect(read({ type: 'image', content: 'oops' })).toMatchObject({ text: '[image]' })
  expect(read({ type: 'post', content: { content: 'oops' } })).toMatchObject({ text: '' })
  expect(read({ type: 'text', content: ['oops'] })).toMatchObject({ text: '' })
})
