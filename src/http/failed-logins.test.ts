import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { FailedLogins } from './failed-logins.ts'

/** A clock that sleeping moves, and what was slept. */
function clocked() {
  const slept: number[] = []
  let now = 0
  const logins = new FailedLogins(
    () => now,
    async (ms) => void slept.push(ms),
  )
  const fail = async (times: number, address = 'a') => {
    for (let i = 0; i < times; i++) await logins.failed(address)
  }
  return { logins, slept, fail, advance: (ms: number) => (now += ms) }
}

describe('failed logins', () => {
  it('are free five times, then cost twice as much each, up to 2 s', async () => {
    const { fail, slept } = clocked()
    await fail(12)
    expect(slept).toEqual([125, 250, 500, 1000, 2000, 2000, 2000])
  })

  it('count for their own address only', async () => {
    const { fail, slept } = clocked()
    await fail(5, 'a')
    await fail(5, 'b')
    expect(slept).toEqual([])
  })

  it('are forgotten after 15 quiet minutes', async () => {
    const { fail, slept, advance } = clocked()
    await fail(5)
    advance(15 * 60_000)
    await fail(5)
    expect(slept).toEqual([])
  })

  it('end in 429 with Retry-After from the thirtieth on', async () => {
    const { fail, logins } = clocked()
    await fail(29)
    const error = await logins.failed('a').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ status: 429, headers: { 'Retry-After': '900' } })
  })

  it('hold no more than 64 answers back at once', async () => {
    const waiting: Array<() => void> = []
    const logins = new FailedLogins(
      () => 0,
      () => new Promise((resolve) => waiting.push(resolve)),
    )
    const held: Array<Promise<void>> = []
    for (let i = 0; i < 70; i++) {
      for (let n = 0; n < 5; n++) await logins.failed(`address ${i}`)
      held.push(logins.failed(`address ${i}`))
    }
    const results = Promise.allSettled(held)
    expect(waiting).toHaveLength(64)
    for (const release of waiting) release()
    expect((await results).filter(({ status }) => status === 'rejected')).toHaveLength(6)
  })

  it('forget the oldest of a thousand addresses', async () => {
    const { fail, slept } = clocked()
    await fail(5, 'first')
    for (let i = 0; i < 1000; i++) await fail(1, `address ${i}`)
    await fail(1, 'first')
    expect(slept).toEqual([])
  })
})
