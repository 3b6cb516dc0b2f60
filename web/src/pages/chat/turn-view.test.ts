import { describe, expect, it } from 'vitest'
import { after, type TurnEvent, type TurnView, textOf, UNSEEN } from './turn-view.ts'

const B = 1_000_000_000
const seen = (...events: TurnEvent[]): TurnView => events.reduce(after, UNSEEN)
const text = (to: number, words: string): TurnEvent => ({ type: 'text', seq: B + to, text: words })

describe('the view of a turn', () => {
  it('joins neighbouring text and keeps thoughts and tools apart', () => {
    const view = seen(
      { type: 'reasoning', seq: B + 2, text: 'hm' },
      text(7, 'Hello'),
      text(8, '!'),
      { type: 'tool-call', seq: B + 9, id: 'a', name: 'read_file', input: { path: 'x' } },
      { type: 'step', seq: B + 10, model: 'p/m' },
      { type: 'tool-result', seq: B + 11, id: 'a', name: 'read_file', output: 'y', error: false },
      { type: 'end', seq: B + 12, state: 'done', error: null, usage: null },
    )
    expect(view.parts.map(({ kind }) => kind)).toEqual(['reasoning', 'text', 'tool'])
    expect(textOf(view.parts)).toBe('Hello!')
    expect(view.parts[2]).toMatchObject({ result: { output: 'y', failed: false } })
    expect(view).toMatchObject({ seq: B + 12, state: 'done', model: 'p/m' })
  })

  it('shows what comes twice once, also where only a part of it is new', () => {
    const view = seen(text(5, 'Hello'), text(5, 'Hello'), text(11, 'Hello world'))
    expect(textOf(view.parts)).toBe('Hello world')
    expect(view.parts).toHaveLength(1)
  })

  it('does not show a tool twice', () => {
    const call: TurnEvent = { type: 'tool-call', seq: B + 1, id: 'a', name: 'n', input: {} }
    expect(seen(call, call).parts).toHaveLength(1)
  })

  it('cuts what is taken back, in the middle of a text too, and goes on from there', () => {
    const view = seen(
      text(5, 'Hello'),
      { type: 'tool-call', seq: B + 6, id: 'a', name: 'n', input: {} },
      { type: 'rewind', seq: B + 6, to: B + 3 },
      { type: 'text', seq: 2 * B + 2, text: 'p!' },
    )
    expect(textOf(view.parts)).toBe('Help!')
    expect(view.parts.every(({ kind }) => kind === 'text')).toBe(true)
  })

  it('takes a result back and leaves its tool running', () => {
    const view = seen(
      { type: 'tool-call', seq: B + 1, id: 'a', name: 'n', input: {} },
      { type: 'tool-result', seq: B + 3, id: 'a', name: 'n', output: 'y', error: false },
      { type: 'rewind', seq: B + 3, to: B + 2 },
    )
    expect(view.parts).toEqual([{ kind: 'tool', id: 'a', name: 'n', input: {}, to: B + 1 }])
  })

  it('begins anew when everything is taken back', () => {
    const view = seen(
      text(5, 'Hello'),
      { type: 'rewind', seq: B + 5, to: 0 },
      { type: 'text', seq: 2 * B + 2, text: 'Hi' },
    )
    expect(textOf(view.parts)).toBe('Hi')
  })

  it('keeps the objects of parts that did not change', () => {
    const one = seen(text(5, 'Hello'), { type: 'tool-call', seq: B + 6, id: 'a', name: 'n', input: {} })
    const two = after(one, text(7, '!'))
    expect(two.parts[0]).toBe(one.parts[0])
    expect(two.parts[1]).toBe(one.parts[1])
  })
})
