import { expect, it } from 'vitest'
import { Backoff } from './backoff.ts'

it('waits twice as long after each failure, up to five minutes', () => {
  let now = 0
  const backoff = new Backoff(() => now)
  const waits = Array.from({ length: 10 }, () => backoff.next())
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1000))
  expect(backoff.isOver()).toBe(false)
  now += 300_000
  expect(backoff.isOver()).toBe(true)
})

it('begins anew after a connection that lasted, not after one that fell at once', () => {
  let now = 0
  const backoff = new Backoff(() => now)
  backoff.next()
  backoff.connected()
  now += 59_000
  expect(backoff.next()).toBe(2000)
  backoff.connected()
  now += 60_000
  expect(backoff.next()).toBe(1000)
})
