import { describe, expect, it } from 'vitest'
import { nodeAlarm } from './alarm.ts'

const quiet = { error() {} }

describe('the alarm on Node', () => {
  it('rings at start, so that nothing overdue waits for the next time set', async () => {
    let rings = 0
    const alarm = nodeAlarm(Date.now, quiet)
    await alarm.start(async () => void rings++)
    expect(rings).toBe(1)
    await alarm.close()
  })

  it('rings once for the last time set, and not for one that was cleared', async () => {
    const rang: number[] = []
    const alarm = nodeAlarm(Date.now, quiet)
    await alarm.start(async () => void rang.push(Date.now()))
    rang.length = 0
    const at = Date.now() + 30
    alarm.set(Date.now() + 60_000)
    alarm.set(at)
    await expect.poll(() => rang.length, { interval: 5 }).toBe(1)
    expect(rang[0]).toBeGreaterThanOrEqual(at - 1)
    alarm.set(Date.now() + 20)
    alarm.set(null)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(rang).toHaveLength(1)
    await alarm.close()
  })

  it('never rings twice at a time, and rings again for what was set meanwhile', async () => {
    let running = 0
    let most = 0
    let rings = 0
    const alarm = nodeAlarm(Date.now, quiet)
    const wake = async () => {
      most = Math.max(most, ++running)
      if (++rings < 4) alarm.set(Date.now())
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
    }
    await alarm.start(wake)
    await expect.poll(() => rings, { interval: 5 }).toBe(4)
    expect(most).toBe(1)
    await alarm.close()
  })

  it('repeats a wake-up that failed', async () => {
    let time = 1_000_000
    let rings = 0
    const said: string[] = []
    const alarm = nodeAlarm(() => time, { error: (message) => void said.push(message) })
    await alarm.start(async () => {
      if (++rings === 1) throw new Error('disk full')
    })
    expect(said).toEqual(['the wake-up failed and will be repeated'])
    time += 1000
    alarm.set(time + 60_000)
    alarm.set(time)
    await expect.poll(() => rings, { interval: 5 }).toBe(2)
    await alarm.close()
  })

  it('does not ring after close', async () => {
    let rings = 0
    const alarm = nodeAlarm(Date.now, quiet)
    await alarm.start(async () => void rings++)
    alarm.set(Date.now() + 10)
    await alarm.close()
    alarm.set(Date.now())
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(rings).toBe(1)
  })
})
