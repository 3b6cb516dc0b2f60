import { describe, expect, it } from 'vitest'
import { heldRefusals } from './held-refusals.ts'

/** Sleeps until `wake` is called; tells how long was asked for. */
function clock() {
  const asked: number[] = []
  const waiting: Array<() => void> = []
  const sleep = (ms: number) => {
    asked.push(ms)
    return new Promise<void>((resolve) => waiting.push(resolve))
  }
  return { asked, sleep, wake: () => waiting.splice(0).forEach((resolve) => void resolve()) }
}

describe('refusals of a gateway at its limit', () => {
  it('are not held for who stops, and held for who goes on', async () => {
    const { asked, sleep } = clock()
    const refusals = heldRefusals(sleep)
    for (let n = 0; n < 5; n++) await refusals.hold(60_000)
    expect(asked).toEqual([])
    void refusals.hold(60_000)
    expect(asked).toEqual([250])
  })

  it('are forgiven with the next minute', async () => {
    const { asked, sleep } = clock()
    const refusals = heldRefusals(sleep)
    for (let n = 0; n < 5; n++) await refusals.hold(60_000)
    await refusals.hold(120_000)
    expect(asked).toEqual([])
  })

  it('are held up to a bound, and again when some have gone', async () => {
    const { asked, sleep, wake } = clock()
    const refusals = heldRefusals(sleep)
    for (let n = 0; n < 5; n++) await refusals.hold(60_000)
    const held = Array.from({ length: 256 }, () => refusals.hold(60_000))
    await refusals.hold(60_000)
    expect(asked).toHaveLength(256)
    wake()
    await Promise.all(held)
    void refusals.hold(60_000)
    expect(asked).toHaveLength(257)
  })
})
