import { expect, it } from 'vitest'
import { sideBySide } from './side-by-side.ts'

it('keeps the order, and has at most 32 under way', async () => {
  let running = 0
  let most = 0
  const items = Array.from({ length: 100 }, (_, i) => i)
  const results = await sideBySide(items, async (item) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, item % 3))
    running--
    return item * 2
  })
  expect(results).toEqual(items.map((item) => item * 2))
  expect(most).toBe(32)
})

it('rejects as its work does', async () => {
  await expect(
    sideBySide([1, 2], (n) => (n === 2 ? Promise.reject(new Error('two')) : Promise.resolve(n))),
  ).rejects.toThrow('two')
})
