import { expect, it } from 'vitest'
import { until } from './until.ts'

const later = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve('done'), ms))

it('settles as the work does', async () => {
  expect(await until(later(1), 5000)).toBe('done')
  await expect(until(Promise.reject(new Error('no')), 5000)).rejects.toThrow('no')
})

it('waits no longer than it may, and not at all for a stopped caller', async () => {
  await expect(until(later(5000), 5)).rejects.toThrow('not done within 5 ms')
  await expect(until(later(5000), 5000, AbortSignal.timeout(5))).rejects.toThrow(/timeout/)
})

it('leaves no rejection behind that nobody hears', async () => {
  const unheard: unknown[] = []
  const hear = (error: unknown) => void unheard.push(error)
  process.on('unhandledRejection', hear)
  const failing = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('late')), 10))
  await expect(until(failing(), 5000, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  await expect(until(failing(), 1)).rejects.toThrow('not done')
  await later(30)
  process.off('unhandledRejection', hear)
  expect(unheard).toEqual([])
})

it('ends when its signal is aborted in between', async () => {
  const stop = new AbortController()
  const waiting = until(later(5000), 5000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})
