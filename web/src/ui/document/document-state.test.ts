import { describe, expect, it } from 'vitest'
import { isChanged, opened, withRead, withSaved } from './document-state.ts'

const first = { text: 'one', version: '"1"' }
const second = { text: 'two', version: '"2"' }

describe('a document', () => {
  it('follows what others save while nothing is typed', () => {
    expect(withRead(opened(first), second)).toEqual(opened(second))
  })

  it('keeps a draft, and puts what somebody else saved beside it', () => {
    const draft = { ...opened(first), draft: 'mine' }
    const both = withRead(draft, second)
    expect(both).toEqual({ base: first, draft: 'mine', theirs: second })
    expect(isChanged(both)).toBe(true)
  })

  it('has no conflict when both typed the same', () => {
    expect(withRead({ ...opened(first), draft: 'two' }, second)).toEqual(opened(second))
  })

  it('forgets a conflict that is gone again', () => {
    const both = withRead({ ...opened(first), draft: 'mine' }, second)
    expect(withRead(both, first).theirs).toBeNull()
  })

  it('keeps what was typed while a save was on its way', () => {
    const saved = withSaved({ ...opened(first), draft: 'mine, and more' }, 'mine', '"3"')
    expect([saved.base, saved.draft, isChanged(saved)]).toEqual([
      { text: 'mine', version: '"3"' },
      'mine, and more',
      true,
    ])
  })
})
