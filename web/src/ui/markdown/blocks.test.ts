import { describe, expect, it } from 'vitest'
import { blocksOf } from './blocks.ts'

describe('the blocks of a text', () => {
  it('are its paragraphs', () => {
    expect(blocksOf('one\ntwo\n\n\nthree\n')).toEqual(['one\ntwo', 'three'])
    expect(blocksOf('\n \n')).toEqual([])
  })

  it('keep a fence whole, also one that is not closed yet', () => {
    const code = '```js\na\n\nb\n```'
    expect(blocksOf(`x\n\n${code}\n\ny`)).toEqual(['x', code, 'y'])
    expect(blocksOf('x\n\n```js\na\n\nb')).toEqual(['x', '```js\na\n\nb'])
    expect(blocksOf('````\n```\n\nx\n````')).toEqual(['````\n```\n\nx\n````'])
  })

  it('keep a loose list and a quote whole', () => {
    expect(blocksOf('1. a\n\n2. b\n\n   c\n\nend')).toEqual(['1. a\n\n2. b\n\n   c', 'end'])
    expect(blocksOf('text\n\n- a')).toEqual(['text', '- a'])
  })
})
