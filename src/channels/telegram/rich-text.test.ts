import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RichText, split, type TextEntity } from './rich-text.ts'

const bold = (offset: number, length: number): TextEntity => ({ type: 'bold', offset, length })

describe('splitting', () => {
  it('leaves a short text whole, and nothing of an empty one', () => {
    const rich = { text: 'short', entities: [bold(0, 5)] }
    expect(split(rich, 10)).toEqual([rich])
    expect(split({ text: ' \n ', entities: [] }, 10)).toEqual([])
  })

  it('cuts at a paragraph, else at a line, else at a word', () => {
    const cut = (text: string) => split({ text, entities: [] }, 10).map((piece) => piece.text)
    expect(cut('one two\n\nthree')).toEqual(['one two', 'three'])
    expect(cut('one two\n  three')).toEqual(['one two', '  three'])
    expect(cut('one two three')).toEqual(['one two', 'three'])
    expect(cut('a bcdefghijklm')).toEqual(['a bcdefghi', 'jklm'])
  })

  it('never cuts a surrogate pair', () => {
    expect(split({ text: 'abc😀😀', entities: [] }, 4).map(({ text }) => text)).toEqual(['abc', '😀😀'])
  })

  it('goes on with an entity that spans the cut', () => {
    const link: TextEntity = { type: 'text_link', offset: 2, length: 12, url: 'https://a.example' }
    expect(split({ text: 'a bcdefghijklm', entities: [link] }, 10)).toEqual([
      { text: 'a bcdefghi', entities: [{ ...link, offset: 2, length: 8 }] },
      { text: 'jklm', entities: [{ ...link, offset: 0, length: 4 }] },
    ])
  })

  it('loses nothing but white space, and no mark of any character', () => {
    const rich = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '😀', '漢'), maxLength: 200 }).chain((text) =>
      fc.array(fc.tuple(fc.nat(text.length), fc.nat(text.length)), { maxLength: 5 }).map((ranges): RichText => {
        const entities = ranges.filter(([from, to]) => to > from).map(([from, to]) => bold(from, to - from))
        return { text, entities }
      }),
    )
    const marked = ({ text, entities }: RichText) =>
      [...text.split('').keys()]
        .filter((at) => text[at]!.trim() !== '')
        .map((at) => text[at]! + entities.filter(({ offset, length }) => offset <= at && at < offset + length).length)
    fc.assert(
      fc.property(rich, fc.integer({ min: 2, max: 40 }), (whole, limit) => {
        const pieces = split(whole, limit)
        for (const { text, entities } of pieces) {
          expect(text.length).toBeLessThanOrEqual(limit)
          expect(text.isWellFormed()).toBe(true)
          for (const { offset, length } of entities) {
            expect(length).toBeGreaterThan(0)
            expect(offset + length).toBeLessThanOrEqual(text.length)
          }
        }
        expect(pieces.flatMap(marked)).toEqual(marked(whole))
      }),
    )
  })
})
