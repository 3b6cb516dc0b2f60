import { expect, it } from 'vitest'
import { unlessAborted } from './deadline.ts'

it('gives what the work comes to, and stops waiting with its signal', async () => {
  const controller = new AbortController()
  expect(await unlessAborted(Promise.resolve(1), controller.signal)).toBe(1)
  await expect(unlessAborted(Promise.reject(new Error('failed')), controller.signal)).rejects.toThrow('failed')
  const waiting = unlessAborted(new Promise(() => {}), controller.signal)
  controller.abort(new Error('closed'))
  await expect(waiting).rejects.toThrow('closed')
  await expect(unlessAborted(new Promise(() => {}), controller.signal)).rejects.toThrow('closed')
})
