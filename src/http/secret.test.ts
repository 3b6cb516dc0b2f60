import { describe, expect, it } from 'vitest'
import { headerText, secretMatcher } from './secret.ts'

describe('secretMatcher', () => {
  it('accepts the secret and nothing else', () => {
    const matches = secretMatcher('token-ü')
    expect(matches('token-ü')).toBe(true)
    for (const other of ['', 'token-u', 'token-', 'token-ü ', 'token-ü\0', 'Token-ü', '\0', 'x'.repeat(5000)]) {
      expect(matches(other)).toBe(false)
    }
  })

  it('tells long secrets apart to their last character', () => {
    for (const length of [511, 512, 513, 4096]) {
      const matches = secretMatcher('x'.repeat(length))
      expect(matches('x'.repeat(length))).toBe(true)
      expect(matches(`${'x'.repeat(length - 1)}y`)).toBe(false)
      expect(matches('x'.repeat(length + 1))).toBe(false)
    }
  })

  it('is not misled by what it compared before', () => {
    const matches = secretMatcher('abc')
    expect([matches('abcdef'), matches('abc'), matches('ab'), matches('abc')]).toEqual([false, true, false, true])
  })
})

describe('headerText', () => {
  it('puts UTF-8 together again that arrived as Latin-1', () => {
    expect(headerText(String.fromCharCode(...new TextEncoder().encode('pä€')))).toBe('pä€')
    expect(headerText('plain')).toBe('plain')
  })
})
