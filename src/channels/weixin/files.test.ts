/** Files both ways, through the platform's store on loopback (channels.md section 7.12). */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeDatabase } from '../../../adapters/node/database.ts'
import { type IlinkServer, startIlinkServer } from '../../../test/support/ilink-server.ts'
import type { OutgoingFile } from '../channel.ts'
import { openForTests } from './channel-for-tests.ts'

let server: IlinkServer
beforeEach(async () => {
  server = await startIlinkServer({ holdMs: 50 })
})
afterEach(async () => {
  await server.close()
  expect(server.violations).toEqual([])
})

const ANN = 'ann@im.wechat'
const { signal } = new AbortController()
const open = () => openForTests({ base_url: server.url, accounts: [server.bot('b1')] }, nodeDatabase(':memory:'))
const bytesOf = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 7) % 256)
const bodyOf = async (body: ReadableStream<Uint8Array>) => new Uint8Array(await new Response(body).arrayBuffer())

it('fetches what came, whatever its length and the form of its key', async () => {
  const { poll, inbound, channel } = open()
  for (const size of [0, 1, 15, 16, 17, 100_000]) {
    for (const keyAs of ['raw', 'hex'] as const) {
      const { key: _, ...media } = server.files.put(bytesOf(size), keyAs)
      server.say('b1', ANN, [{ type: 4, file_item: { media, file_name: `${size}-${keyAs}.bin`, len: String(size) } }])
    }
  }
  const { key, ...image } = server.files.put(bytesOf(500))
  server.say('b1', ANN, [{ type: 2, image_item: { media: { ...image, aes_key: 'nonsense' }, aeskey: key } }])
  await poll('b1')
  expect(inbound).toHaveLength(13)
  for (const { attachments, text } of inbound) {
    expect(text).toBe('')
    const [attachment] = attachments!
    const { name, body } = await channel.download(attachment!, signal)
    const size = attachment!.kind === 'image' ? 500 : Number(name.split('-')[0])
    expect(await bodyOf(body)).toEqual(bytesOf(size))
    if (size > 0 && attachment!.kind === 'file') expect(attachment).toMatchObject({ name, size })
  }
})

it('gives the transcript of a voice message, and a caption beside its picture', async () => {
  const { poll, inbound } = open()
  const { key: _, ...media } = server.files.put(bytesOf(10))
  server.say('b1', ANN, [{ type: 3, voice_item: { media, text: ' buy milk ', encode_type: 6 } }])
  server.say('b1', ANN, [
    { type: 2, image_item: { media } },
    { type: 1, text_item: { text: 'what is this?' } },
  ])
  await poll('b1')
  expect(inbound.map(({ text, attachments }) => [text, attachments?.[0]?.kind, attachments?.[0]?.transcript])).toEqual([
    ['', 'voice', 'buy milk'],
    ['what is this?', 'image', undefined],
  ])
})

it('says when a file did not arrive whole, is gone, or has a wrong key', async () => {
  const { poll, inbound, channel } = open()
  const cut = server.files.put(bytesOf(100))
  server.files.damage(cut.encrypt_query_param)
  const wrong = { ...server.files.put(bytesOf(100)), aes_key: 'AAAA' }
  for (const media of [cut, { ...cut, encrypt_query_param: 'gone' }, wrong]) {
    server.say('b1', ANN, [{ type: 4, file_item: { media } }])
  }
  await poll('b1')
  const failures = inbound.map(({ attachments }) =>
    channel
      .download(attachments![0]!, signal)
      .then(({ body }) => bodyOf(body))
      .then(
        () => 'fine',
        (error: Error) => error.message,
      ),
  )
  expect(await Promise.all(failures)).toEqual([
    'the file did not arrive whole',
    'http 404: no such file',
    'the key of the file is none',
  ])
})

it('fetches from the platform and the configured hosts only', async () => {
  const { poll, inbound, channel } = open()
  const { key: _, ...media } = server.files.put(bytesOf(20))
  const own = `${server.url}/c2c/download?encrypted_query_param=${encodeURIComponent(media.encrypt_query_param)}`
  for (const full_url of [
    own,
    'https://weixin.qq.com.evil.example/x',
    'http://cdn.weixin.qq.com/x',
    'file:///etc/passwd',
  ]) {
    server.say('b1', ANN, [{ type: 5, video_item: { media: { ...media, full_url } } }])
  }
  await poll('b1')
  const results = inbound.map(({ attachments }) =>
    channel.download(attachments![0]!, signal).then(
      ({ name }) => name,
      (error: Error) => error.message,
    ),
  )
  const refused = 'the file lies on a host that does not belong to the platform'
  expect(await Promise.all(results)).toEqual(['video.mp4', refused, refused, refused])
})

const file = (mime: string, size = 1000): OutgoingFile => ({ name: 'a b.bin', mime, bytes: bytesOf(size) })

it('sends pictures, films and other files as what they are, encrypted', async () => {
  const { channel } = open()
  for (const [i, mime] of ['image/png', 'video/mp4', 'application/pdf', 'image/svg+xml', 'audio/mpeg'].entries()) {
    await channel.send(
      `b1|${ANN}`,
      { action: 'send', file: true },
      { signal, key: `k${i}`, attempt: 1, file: file(mime) },
    )
  }
  const [image, video, pdf, svg, audio] = server.received.map(({ item }) => item)
  expect(image).toMatchObject({ type: 2, image_item: { mid_size: 1008, media: { encrypt_type: 1 } } })
  expect(video).toMatchObject({ type: 5, video_item: { video_size: 1008 } })
  expect(pdf).toMatchObject({ type: 4, file_item: { file_name: 'a b.bin', len: '1000' } })
  expect([svg.type, audio.type]).toEqual([4, 4])
  expect(new Uint8Array(server.files.open(image.image_item.media))).toEqual(bytesOf(1000))
  expect(server.files.uploads.map(({ media_type, to_user_id }) => [media_type, to_user_id])).toEqual(
    [1, 2, 3, 3, 3].map((type) => [type, ANN]),
  )
})

it('tries a failing store again, gives up on a refusal, and knows that nothing arrived', async () => {
  const { channel } = open()
  const send = () =>
    channel.send(`b1|${ANN}`, { action: 'send', file: true }, { signal, key: 'k', attempt: 1, file: file('image/png') })
  server.files.failures.push(503, 502)
  await send()
  expect(server.files.uploads).toHaveLength(1)
  server.files.failures.push(500, 500, 500)
  await expect(send()).rejects.toMatchObject({ failure: 'later', message: 'http 500: not now' })
  server.files.failures.push(403)
  await expect(send()).rejects.toMatchObject({ failure: 'refused', message: 'http 403: not now' })
  expect(server.callsOf('sendmessage')).toHaveLength(1)
})
