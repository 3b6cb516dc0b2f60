import { expect, it } from 'vitest'
import { openTestChannel } from '../../../test/support/feishu-channel.ts'
import { DeliveryError } from '../channel.ts'

const CHAT = 'oc_1'

const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'sent',
    (error: unknown) => (error instanceof DeliveryError ? error.failure : error),
  )

it('shows each kind of message as what it is', async () => {
  const { server, send } = await openTestChannel()
  for (const text of ['plain', '**bold**', '# Title', '{"schema":"2.0","body":{"elements":[]}}']) await send(CHAT, text)
  expect(server.chat(CHAT).map(({ type }) => type)).toEqual(['text', 'post', 'interactive', 'interactive'])
  expect(server.calls.get('POST /auth/v3/tenant_access_token/internal')).toBe(1)
})

it('sends a part once, however often the line is cut after it arrived', async () => {
  const { server, attempt } = await openTestChannel()
  const part = { action: 'send', text: 'once' } as const
  server.failNext('cut', 'lose', 'cut')
  for (let tried = 0; tried < 3; tried++) expect(await failure(attempt(CHAT, part, 'k'))).toBe('ambiguous')
  const { messageId } = await attempt(CHAT, part, 'k')
  expect(server.chat(CHAT).map(({ id }) => id)).toEqual([messageId])
  await attempt(CHAT, part, 'another')
  expect(server.chat(CHAT)).toHaveLength(2)
})

it('says how it failed', async () => {
  const { server, attempt } = await openTestChannel()
  const part = { action: 'send', text: 'x' } as const
  const cases: Array<[Parameters<typeof server.failNext>[0], string]> = [
    ['rate', 'later'],
    ['busy', 'later'],
    [{ code: 230020 }, 'later'],
    [{ code: 230002, msg: 'Bot/User can NOT be out of the chat' }, 'refused'],
    [{ code: 230001 }, 'refused'],
    [{ code: 99991672 }, 'refused'],
    [{ code: 99991662 }, 'login'],
  ]
  for (const [fault, expected] of cases) {
    server.failNext(fault)
    expect([fault, await failure(attempt(CHAT, part))]).toEqual([fault, expected])
  }
  server.failNext('rate')
  await expect(attempt(CHAT, part)).rejects.toMatchObject({ retryAfterMs: 1000 })
  expect(await failure(attempt('oc_1', { action: 'react', messageId: 'om_x', emoji: '🦄' }))).toBe('refused')
  expect(server.chat(CHAT)).toHaveLength(0)
})

it('fetches a new token once when the platform forgets the old one, then gives up', async () => {
  const { server, send, attempt } = await openTestChannel()
  await send(CHAT, 'one')
  server.expireTokens()
  await Promise.all([send(CHAT, 'two'), send(CHAT, 'three')])
  expect(server.calls.get('POST /auth/v3/tenant_access_token/internal')).toBeLessThanOrEqual(3)
  server.failNext({ code: 99991663 }, { code: 99991663 })
  expect(await failure(attempt(CHAT, { action: 'send', text: 'four' }))).toBe('login')
})

it('fetches one token for all who wait, and a new one before it ends', async () => {
  let now = 1_000_000
  const { server, send } = await openTestChannel({ expire: 600, now: () => now })
  await Promise.all(['a', 'b', 'c'].map((text) => send(CHAT, text)))
  now += 299_000
  await send(CHAT, 'd')
  expect(server.calls.get('POST /auth/v3/tenant_access_token/internal')).toBe(1)
  now += 2000
  await send(CHAT, 'e')
  expect(server.calls.get('POST /auth/v3/tenant_access_token/internal')).toBe(2)
})

it('says that the credentials are wrong without showing them', async () => {
  const { channel, attempt } = await openTestChannel({ settings: { app_secret: 'not-the-secret' } })
  expect(await failure(attempt(CHAT, { action: 'send', text: 'x' }))).toBe('login')
  await expect(channel.start!(AbortSignal.timeout(5000))).rejects.toThrow('channels.feishu.app_id')
  expect(channel.health()).toMatchObject([{ state: 'login_needed' }])
  expect(JSON.stringify(channel.health())).not.toContain('not-the-secret')
})

it('answers a message, and writes anew when it was taken back', async () => {
  const { server, attempt } = await openTestChannel()
  const { messageId } = await attempt(CHAT, { action: 'send', text: 'first' }, 'a')
  await attempt(CHAT, { action: 'send', text: 'second', replyTo: messageId! }, 'b')
  await attempt(CHAT, { action: 'send', text: 'third', replyTo: 'om_gone' }, 'c')
  expect(server.chat(CHAT).map(({ replyTo }) => replyTo)).toEqual([null, messageId, null])
})

it('sends the words of a card that the platform cannot make as a rich text', async () => {
  const { server, attempt } = await openTestChannel()
  server.failNext({ code: 230099, msg: 'Failed to create card content' })
  await attempt(CHAT, { action: 'send', text: '# Title' })
  expect(server.chat(CHAT)).toMatchObject([{ type: 'post' }])
  server.failNext({ code: 230099 })
  expect(await failure(attempt(CHAT, { action: 'send', text: '{"elements":[]}' }))).toBe('refused')
})

it('edits words and cards, reacts and deletes, twice without harm', async () => {
  const { server, attempt, send } = await openTestChannel()
  const [[text], [card]] = [await send(CHAT, 'text'), await send(CHAT, '# Card')]
  await attempt(CHAT, { action: 'edit', messageId: text!.messageId!, text: '# Still words' })
  await attempt(CHAT, { action: 'edit', messageId: card!.messageId!, text: 'plain now' })
  await attempt(CHAT, { action: 'react', messageId: text!.messageId!, emoji: '👍' })
  expect(server.chat(CHAT)).toMatchObject([
    { type: 'post', edits: 1, reactions: ['THUMBSUP'] },
    { type: 'interactive', edits: 1 },
  ])
  const removal = { action: 'delete', messageId: text!.messageId! } as const
  await attempt(CHAT, removal)
  await attempt(CHAT, removal)
  expect(server.chat(CHAT)).toHaveLength(1)
})

it.each([
  ['photo.PNG', 'image/png', 'image', 'message'],
  ['report.pdf', 'application/pdf', 'file', 'pdf'],
  ['data.csv', 'text/csv', 'file', 'stream'],
  ['voice.opus', 'audio/ogg', 'audio', 'opus'],
  ['film.mp4', 'video/mp4', 'media', 'mp4'],
  ['报告.docx', 'application/octet-stream', 'file', 'doc'],
])('uploads %s and shows it', async (name, mime, type, uploadedAs) => {
  const { server, channel } = await openTestChannel()
  const bytes = new TextEncoder().encode('the bytes')
  const context = { signal: AbortSignal.timeout(5000), key: 'k', attempt: 1, file: { name, mime, bytes } }
  server.failNext('lose', { delayMs: 0 }, 'cut')
  const [part] = await channel.parts({ action: 'send', media: name })
  expect(await failure(channel.send(CHAT, part!, context))).toBe('later')
  expect(await failure(channel.send(CHAT, part!, context))).toBe('ambiguous')
  await channel.send(CHAT, part!, context)
  const [shown, ...others] = server.chat(CHAT)
  expect([shown!.type, others.length]).toEqual([type, 0])
  const upload = server.uploads.get(Object.values(shown!.content)[0] as string)!
  expect(upload.type).toBe(uploadedAs)
  expect(new TextDecoder().decode(upload.bytes)).toBe('the bytes')
  if (type !== 'image') expect(upload.name).toBe(name)
})

it('refuses files that the platform would not take', async () => {
  const { channel } = await openTestChannel()
  const send = (bytes: Uint8Array) =>
    channel.send(
      CHAT,
      { action: 'send', file: true },
      {
        signal: AbortSignal.timeout(5000),
        key: 'k',
        attempt: 1,
        file: { name: 'a.bin', mime: 'application/octet-stream', bytes },
      },
    )
  expect(await failure(send(new Uint8Array()))).toBe('refused')
  expect(await failure(send(new Uint8Array(30 * 1024 * 1024 + 1)))).toBe('refused')
})

it('stops when it is told to', async () => {
  const { server, channel } = await openTestChannel()
  const ended = new AbortController()
  server.failNext({ delayMs: 60_000 })
  const sending = channel.send(CHAT, { action: 'send', text: 'x' }, { signal: ended.signal, key: 'k', attempt: 1 })
  setTimeout(() => ended.abort(new Error('closing')), 100)
  await expect(sending).rejects.toThrow('closing')
})
