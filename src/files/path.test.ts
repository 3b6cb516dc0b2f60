import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ACCEPTED, ESCAPING, REFUSED } from '../../test/ports/paths.ts'
import { FileError } from './files.ts'
import { clean, comparePaths, contained, isTemporary, temporaryName } from './path.ts'

describe('clean', () => {
  it.each(REFUSED.map((path) => [JSON.stringify(path).slice(0, 60), path]))('refuses %s', (_, path) => {
    expect(() => clean(path)).toThrow(FileError)
  })

  it.each(ACCEPTED.map(([given, cleaned]) => [JSON.stringify(given), given, cleaned]))(
    'accepts %s',
    (_, given, cleaned) => {
      expect(clean(given)).toBe(cleaned)
    },
  )

  it('says what to change, in one printable line, also about hostile names', () => {
    expect(() => clean('a:b')).toThrow(`EINVAL: a name may not contain any of < > : " | ? *, 'a:b'`)
    expect(() => clean('../x')).toThrow(`EACCES: ".." is not allowed in a path, '../x'`)
    for (const path of ['a\nb\u001b[31m', `/${'x'.repeat(5000)}`, '\ud800']) {
      const message = (() => {
        try {
          return clean(path)
        } catch (error) {
          return (error as Error).message
        }
      })()
      expect(message).toMatch(/^E[A-Z]+: [^\u0000-\u001f\u007f]{5,320}$/)
      expect(message.isWellFormed()).toBe(true)
    }
  })

  it('cleans a cleaned path to itself, and never lets a path out', () => {
    const piece = fc.constantFrom('a', '..', '.', '', '/', '\\', 'e\u0301', '😀', ' ', 'con', '\0', '%2e', '...', 'x.y')
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 12 }), (parts) => {
        for (const path of [parts.join(''), parts.join('/')]) {
          let cleaned: string
          try {
            cleaned = clean(path)
          } catch (error) {
            expect(error).toBeInstanceOf(FileError)
            continue
          }
          expect(clean(cleaned)).toBe(cleaned)
          expect(contained(cleaned)).toBe(cleaned)
          expect(new URL(encodeURI(cleaned || '.'), 'file:///root/inside/').pathname).toMatch(/^\/root\/inside\//)
        }
      }),
    )
  })
})

describe('contained', () => {
  it.each(ESCAPING.map((path) => [JSON.stringify(path).slice(0, 60), path]))('refuses %s', (_, path) => {
    expect(() => contained(path)).toThrow(FileError)
  })

  it('lets pass what may exist although nobody may create it, in the form it has', () => {
    for (const path of ['con', 'a:b', 'x.', 'a\nb', 'a\\b', 'e\u0301', '...']) expect(contained(path)).toBe(path)
    expect(contained('./a//b/')).toBe('a/b')
  })
})

describe('comparePaths', () => {
  it('orders by UTF-8 bytes', () => {
    const bytes = (path: string) => Array.from(new TextEncoder().encode(path), (b) => String.fromCharCode(b)).join('')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const [x, y] = [bytes(a), bytes(b)]
        expect(Math.sign(comparePaths(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0)
      }),
    )
    expect(['😀', '\ue000', 'a/b', 'a-b', 'a'].sort(comparePaths)).toEqual(['a', 'a-b', 'a/b', '\ue000', '😀'])
  })
})

describe('temporaryName', () => {
  it('fits into a name and is recognised, whatever it stands for', () => {
    for (const name of ['a', '.env', '記'.repeat(85), '😀'.repeat(60), `${'x'.repeat(59)}😀`]) {
      const temporary = temporaryName(name, '0123456789abcdef')
      expect(new TextEncoder().encode(temporary).length).toBeLessThanOrEqual(255)
      expect(isTemporary(temporary)).toBe(true)
    }
    for (const name of ['.a.tmp', 'a.0123456789abcdef.tmp', '.0123456789abcdef.tmp'])
      expect(isTemporary(name)).toBe(false)
  })
})
