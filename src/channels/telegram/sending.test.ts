import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenTelegramChannel, openTelegramChannel } from '../../../test/support/telegram-channel.ts'
import { DeliveryError, type OutgoingFile, type OutgoingMessage } from '../channel.ts'

const signal = () => AbortSignal.timeout(20_000)

let open: OpenTelegramChannel
let chat = 1000
beforeAll(async () => {
  open = await openTelegramChannel()
})
afterAll(() => open.server.close())

/** A private chat nobody else uses. */
function newChat(topic?: number): number {
  chat += 1
  open.server.chats.said(chat, 'hello', topic)
  return chat
}

const seen = (where: number) => open.server.chats.seen(where).filter(({ by }) => by === 'bot')

/** Sends all parts of a message, each in one attempt; the ids they got. */
async function send(to: number | string, message: Partial<OutgoingMessage>, file?: OutgoingFile) {
  const ids: Array<string | undefined> = []
  // As the outbox keeps them.
  const parts = JSON.parse(JSON.stringify(await open.channel.parts({ action: 'send', ...message })))
  for (const part of parts) {
    const context = { signal: signal(), key: 'k', attempt: 1, ...(part.file && file ? { file } : {}) }
    ids.push((await open.channel.send(String(to), part, context)).messageId)
  }
  return ids
}

async function failureOf(sending: Promise<unknown>): Promise<DeliveryError> {
  const failure = await sending.then(
    () => expect.fail('it was sent'),
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(DeliveryError)
  expect(`${(failure as Error).stack}`).not.toContain(open.server.token)
  return failure as DeliveryError
}

const file = (name: string, mime: string, size = 10): OutgoingFile => ({
  name,
  mime,
  bytes: new Uint8Array(size).fill(1),
})

describe('a message', () => {
  it('arrives with its marks, as an answer, with its buttons', async () => {
    const to = newChat()
    const [asked] = open.server.chats.seen(to)
    const buttons = [
      [
        { text: 'Yes', data: 'yes' },
        { text: '', data: 'x' },
      ],
      [{ text: 'Long', data: 'ü'.repeat(40) }],
    ]
    const [id] = await send(to, { text: '**hi** there', replyTo: String(asked!.id), buttons })
    expect(seen(to)).toMatchObject([
      {
        id: Number(id),
        text: 'hi there',
        entities: [{ type: 'bold', offset: 0, length: 2 }],
        replyTo: asked!.id,
        buttons: [[{ text: 'Yes', callback_data: 'yes' }], [{ text: 'Long', callback_data: 'ü'.repeat(32) }]],
      },
    ])
  })

  it('arrives also when what it answers is gone', async () => {
    const to = newChat()
    await send(to, { text: 'late', replyTo: '1' })
    await send(to, { text: 'later', replyTo: 'no number' })
    expect(seen(to).map(({ text }) => text)).toEqual(['late', 'later'])
  })

  it('arrives in as many pieces as it needs: an answer first, the buttons last', async () => {
    const to = newChat()
    const [asked] = open.server.chats.seen(to)
    const text = Array.from({ length: 2000 }, (_, index) => `**word${index}**`).join(' ')
    await send(to, { text, replyTo: String(asked!.id), buttons: [[{ text: 'More', data: 'more' }]] })
    const pieces = seen(to)
    expect(pieces.length).toBeGreaterThan(2)
    expect(pieces.map(({ text }) => text).join(' ')).toBe(text.replaceAll('**', ''))
    expect(pieces.map(({ replyTo }) => replyTo !== undefined)).toEqual([true, ...pieces.slice(1).map(() => false)])
    expect(pieces.map(({ buttons }) => buttons !== undefined)).toEqual([...pieces.slice(1).map(() => false), true])
  })

  it('arrives as plain text when Telegram refuses its entities, in the same attempt', async () => {
    const to = newChat()
    open.server.chats.refuseEntities = true
    await send(to, { text: '**bold**' })
    await send(to, { text: '*caption*', media: 'a.txt' }, file('a.txt', 'text/plain'))
    open.server.chats.refuseEntities = false
    expect(seen(to)).toMatchObject([
      { text: 'bold', entities: [] },
      { text: 'caption', entities: [] },
    ])
  })

  it('lands in its topic', async () => {
    const to = newChat(45)
    await send(`${to}/45`, { text: 'in the topic' })
    await send(to, { text: 'outside' })
    expect(seen(to).map(({ topic }) => topic)).toEqual([45, undefined])
  })

  it('follows a group that became a supergroup', async () => {
    const [old, now] = [newChat(), newChat()]
    open.server.chats.moved.set(String(old), now)
    await send(old, { text: 'one' })
    const calls = open.server.calls.length
    await send(old, { text: 'two' })
    expect(open.server.calls).toHaveLength(calls + 1)
    expect(seen(now).map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('of nothing is no request', async () => {
    expect(await open.channel.parts({ action: 'send', text: ' \n' })).toEqual([])
  })
})

describe('a file', () => {
  it.each([
    ['image/png', 'photo'],
    ['image/gif', 'animation'],
    ['audio/ogg', 'voice'],
    ['audio/mpeg', 'audio'],
    ['video/mp4', 'video'],
    ['application/pdf', 'document'],
    ['image/svg+xml', 'document'],
  ])('of %s is sent as %s', async (mime, kind) => {
    const to = newChat()
    await send(to, { media: 'f', text: '[see] **this**' }, file('täst "1".bin', mime, 70_000))
    expect(seen(to)).toMatchObject([{ text: '[see] this', entities: [{ type: 'bold' }], file: { kind } }])
    expect(seen(to)[0]!.file!.bytes).toEqual(file('', '', 70_000).bytes)
    expect(seen(to)[0]!.file!.name).toBe('täst "1".bin')
  })

  it('has a text of up to 1024 units under it, a longer one after it', async () => {
    const to = newChat()
    const pdf = file('a.pdf', 'application/pdf')
    await send(to, { media: 'a.pdf', text: 'x'.repeat(1024), replyTo: '100' }, pdf)
    await send(to, { media: 'a.pdf', text: 'y'.repeat(1025) }, pdf)
    expect(seen(to).map(({ text, file }) => [text.length, file?.kind])).toEqual([
      [1024, 'document'],
      [0, 'document'],
      [1025, undefined],
    ])
  })

  it('goes as a document when Telegram wants no such picture or voice', async () => {
    const to = newChat()
    open.server.chats.refusedKinds.set('photo', 'PHOTO_INVALID_DIMENSIONS').set('voice', 'VOICE_MESSAGES_FORBIDDEN')
    await send(to, { media: 'a.png' }, file('a.png', 'image/png'))
    await send(to, { media: 'a.ogg' }, file('a.ogg', 'audio/ogg'))
    open.server.chats.refusedKinds.clear()
    expect(seen(to).map(({ file }) => file?.kind)).toEqual(['document', 'document'])
  })

  it('beyond 50 MB, or gone, is refused before anything goes out', async () => {
    const to = newChat()
    const big = await failureOf(send(to, { media: 'big' }, file('big.zip', 'application/zip', 50_000_001)))
    expect([big.failure, big.message]).toEqual(['refused', expect.stringMatching(/big.zip is larger than the 50 MB/)])
    expect((await failureOf(send(to, { media: 'gone' }))).failure).toBe('refused')
    expect(seen(to)).toEqual([])
  })
})

describe('a message that was sent', () => {
  it('changes, and changing it to what it is succeeds', async () => {
    const to = newChat()
    const [messageId] = await send(to, { text: 'first' })
    await send(to, { action: 'edit', messageId: messageId!, text: '*second*' })
    await send(to, { action: 'edit', messageId: messageId!, text: '*second*' })
    expect(seen(to)).toMatchObject([{ text: 'second', earlier: ['first'], entities: [{ type: 'italic' }] }])
  })

  it('goes on in new ones when its new text is too long', async () => {
    const to = newChat()
    const [messageId] = await send(to, { text: 'first' })
    await send(to, { action: 'edit', messageId: messageId!, text: `${'a'.repeat(4096)} tail` })
    expect(seen(to).map(({ text }) => text)).toEqual(['a'.repeat(4096), 'tail'])
  })

  it('with a file gets a new caption', async () => {
    const to = newChat()
    const [messageId] = await send(to, { media: 'a', text: 'old' }, file('a.pdf', 'application/pdf'))
    for (const _ of ['', 'again']) await send(to, { action: 'edit', messageId: messageId!, text: 'new' })
    expect(seen(to)).toMatchObject([{ text: 'new', earlier: ['old'], file: { kind: 'document' } }])
  })

  it('goes, and its going twice is no failure', async () => {
    const to = newChat()
    const [messageId] = await send(to, { text: 'oops' })
    for (const _ of ['', 'again']) await send(to, { action: 'delete', messageId: messageId! })
    expect(seen(to)).toMatchObject([{ deleted: true }])
  })

  it('gets a reaction, where Telegram has it', async () => {
    const to = newChat()
    const { id } = open.server.chats.seen(to)[0]!
    await send(to, { action: 'react', messageId: String(id), emoji: '👍' })
    expect(open.server.chats.seen(to)[0]!.reaction).toBe('👍')
    const failure = await failureOf(send(to, { action: 'react', messageId: String(id), emoji: '🦀' }))
    expect([failure.failure, failure.message]).toEqual(['refused', expect.stringMatching(/REACTION_INVALID/)])
  })
})

describe('a draft', () => {
  const draft = (to: number, text: string, options: { draft?: string; replyTo?: string } = {}) =>
    open.channel.draft(String(to), text, { ...options, signal: signal() })

  it('grows and becomes the answer, whose rest follows', async () => {
    const to = newChat()
    const name = await draft(to, 'The **answ')
    expect(await draft(to, 'The **answer** is', { draft: name! })).toBe(name)
    expect(await draft(to, 'The **answer** is', { draft: name! })).toBe(name)
    expect(await draft(to, `The **answer** is ${'long '.repeat(1000)}`, { draft: name! })).toBe(name)
    await send(to, { text: `The **answer** is ${'long '.repeat(1000)}`, draft: name! })
    const [first, ...rest] = seen(to)
    expect(first).toMatchObject({ id: Number(name), entities: [{ type: 'bold', offset: 4, length: 6 }] })
    expect(first!.earlier.slice(0, 2)).toEqual(['The **answ', 'The answer is'])
    expect([first, ...rest].map((piece) => piece!.text).join(' ')).toBe(`The answer is ${'long '.repeat(1000)}`.trim())
  })

  it('is sent once also when nobody knows whether its end arrived', async () => {
    const to = newChat()
    const name = await draft(to, 'almost')
    open.server.fail({ method: 'editMessageText', do: 'cut' })
    expect((await failureOf(send(to, { text: 'done', draft: name! }))).failure).toBe('ambiguous')
    await send(to, { text: 'done', draft: name! })
    expect(seen(to)).toMatchObject([{ text: 'done' }])
  })

  it('comes as a new message when somebody deleted it', async () => {
    const to = newChat()
    const name = await draft(to, 'almost')
    open.server.chats.seen(to).find(({ id }) => id === Number(name))!.deleted = true
    await send(to, { text: 'done', draft: name! })
    expect(seen(to).filter(({ deleted }) => !deleted)).toMatchObject([{ text: 'done' }])
  })

  it('of an answer without words is deleted; one with a file keeps its text', async () => {
    const to = newChat()
    await send(to, { text: '', draft: (await draft(to, 'hm'))! })
    await send(to, { text: 'see', media: 'a', draft: (await draft(to, 's'))! }, file('a.pdf', 'application/pdf'))
    expect(seen(to)).toMatchObject([{ deleted: true }, { text: 'see' }, { text: '', file: { kind: 'document' } }])
  })

  it('is not made of nothing, and not at all where streaming is off', async () => {
    const to = newChat()
    expect(await draft(to, ' ')).toBeNull()
    const quiet = await openTelegramChannel({ server: open.server, settings: { streaming: false } })
    expect(await quiet.channel.draft(String(to), 'text', { signal: signal() })).toBeNull()
    expect(seen(to)).toEqual([])
  })
})

describe('an attempt that fails', () => {
  it.each([
    ['429 with a wait', { do: 'refuse', code: 429, retryAfter: 3 }, 'later', 3000],
    ['502 of Telegram', { do: 'refuse', code: 502 }, 'later', undefined],
    ['502 of a proxy', { do: 'page', code: 502 }, 'later', undefined],
    ['a page instead of an answer', { do: 'page', code: 200 }, 'later', undefined],
    ['a cut after it was done', { do: 'cut' }, 'ambiguous', undefined],
    ['a cut before', { do: 'lose' }, 'ambiguous', undefined],
  ] as const)('by %s', async (_, fault, failure, retryAfterMs) => {
    const to = newChat()
    open.server.fail({ method: 'sendMessage', ...fault })
    expect(await failureOf(send(to, { text: 'x' }))).toMatchObject({ failure, retryAfterMs })
  })

  it('by a wait that was too long is ambiguous', async () => {
    const to = newChat()
    open.server.fail({ method: 'sendMessage', do: 'delay', ms: 300 })
    const [part] = await open.channel.parts({ action: 'send', text: 'x' })
    const sending = open.channel.send(String(to), part!, { signal: AbortSignal.timeout(50), key: 'k', attempt: 1 })
    expect((await failureOf(sending)).failure).toBe('ambiguous')
    // It arrived all the same: a second attempt makes a second message, which Telegram offers no way to avoid.
    await open.server.waitFor(to, 1)
    await send(to, { text: 'x' })
    expect(open.server.duplicates(to)).toEqual([{ text: 'x', times: 2 }])
  })

  it('by a chat that is unknown, blocked or no chat is final', async () => {
    const to = newChat()
    open.server.chats.blocked.add(String(to))
    expect((await failureOf(send(to, { text: 'x' }))).message).toMatch(/blocked by the user/)
    expect((await failureOf(send(99_999, { text: 'x' }))).message).toMatch(/chat not found/)
    expect((await failureOf(send('nobody', { text: 'x' }))).message).toMatch(/no chat of Telegram/)
    expect((await failureOf(send(99_999, { text: 'x' }))).failure).toBe('refused')
    expect((await failureOf(send(to, { action: 'delete', messageId: 'abc' }))).failure).toBe('refused')
  })

  it('by a token that is over waits for the owner; by a closed door it comes later', async () => {
    const other = await openTelegramChannel({ now: Date.now })
    const [part] = await other.channel.parts({ action: 'send', text: 'x' })
    const sending = () => other.channel.send('7', part!, { signal: signal(), key: 'k', attempt: 1 })
    other.server.revoke()
    await expect(sending()).rejects.toMatchObject({ failure: 'login' })
    expect(other.health().state).toBe('login_needed')
    await other.server.close()
    await expect(sending()).rejects.toMatchObject({ failure: 'later' })
  })
})

it('shows that it is typing, in the topic', async () => {
  const to = newChat(45)
  await open.channel.typing(`${to}/45`, signal())
  expect(open.server.chats.actions(to)).toEqual(['typing'])
  expect(open.server.calls.at(-1)!.given).toMatchObject({ message_thread_id: 45 })
})

it('tells who it is', async () => {
  expect(await open.channel.test(signal())).toBe('@ClawTestBot (Claw), polling, 0 waiting')
})
