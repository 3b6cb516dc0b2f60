import { expect, it } from 'vitest'
import { sealed } from '../../../test/support/feishu-server-events.ts'
import { checkSignature, FRESH_MS, openSealed, signatureOf } from './event-seal.ts'

const NOW = 1_790_000_000_000
const sealedEvent = (options = {}) => sealed({ hello: '世界' }, { encryptKey: 'key' }, { at: NOW, ...options })

it("opens the vendor's own example", async () => {
  expect(await openSealed('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=', 'test key')).toBe('hello world')
})

it('opens what the platform seals, and nothing under another key', async () => {
  const { encrypt } = JSON.parse(sealedEvent().body) as { encrypt: string }
  expect(JSON.parse(await openSealed(encrypt, 'key'))).toEqual({ hello: '世界' })
  await expect(openSealed(encrypt, 'key ').then(JSON.parse)).rejects.toThrow()
  await expect(openSealed('not base64!', 'key')).rejects.toThrow()
  await expect(openSealed('', 'key')).rejects.toThrow()
})

it('signs time, nonce, key and body', async () => {
  // echo -n '1nonce2key{}' | sha256sum
  expect(await signatureOf('1', 'nonce2', 'key', '{}')).toBe(
    '774df7d0d2eef52f4777414a1c93d312974a190d0af1bc3e6056a8fd49ecb22d',
  )
})

it('believes a signature over exactly this body, for an hour', async () => {
  const { headers, body } = sealedEvent()
  const check = (text: string, key = 'key', now = NOW) => checkSignature(new Headers(headers), text, key, now)
  expect(await check(body)).toBe('good')
  expect(await check(`${body} `)).toBe('wrong')
  expect(await check(body, 'other')).toBe('wrong')
  expect(await check(body, 'key', NOW + FRESH_MS - 1000)).toBe('good')
  expect(await check(body, 'key', NOW + FRESH_MS + 1000)).toBe('stale')
  expect(await check(body, 'key', NOW - FRESH_MS - 1000)).toBe('stale')
  expect(await checkSignature(new Headers(), body, 'key', NOW)).toBe('unsigned')
})
