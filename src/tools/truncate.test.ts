import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutMiddle, oneLine } from './truncate.ts'

const notice = (cut: number) => `[${cut} cut]`

it('leaves text alone that fits', () => {
  expect(cutMiddle('abc', 3, notice)).toBe('abc')
})

it('keeps the beginning and the end and counts what is gone', () => {
  const text = `BEGIN${'x'.repeat(1000)}END`
  const cut = cutMiddle(text, 100, notice)
  expect(cut.length).toBeLessThanOrEqual(100)
  expect(cut).toMatch(/^BEGINx+\n\n\[(\d+) cut\]\n\nx+END$/)
  const gone = Number(/\[(\d+) cut\]/.exec(cut)![1])
  expect(cut.replace(/\n\n\[.*\]\n\n/, '').length + gone).toBe(text.length)
})

it('stays within its limit and splits no character, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 40, maxLength: 200 }),
      fc.integer({ min: 20, max: 60 }),
      (text, limit) => {
        const cut = cutMiddle(text, limit, notice)
        expect(cut.isWellFormed()).toBe(true)
        expect(cut.length).toBeLessThanOrEqual(limit)
      },
    ),
  )
})

it('puts text on one line', () => {
  expect(oneLine('  a\n\n b ', 10)).toBe('a b')
  expect(oneLine('ab😀cd', 4)).toBe('ab…')
})
