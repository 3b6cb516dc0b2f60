import { expect, it } from 'vitest'
import { linesOf, valuesOf } from './name-value-lines.ts'

it('reads what it wrote, values with signs in them too', () => {
  const headers = { Authorization: 'Bearer a:b', 'X-Team': 'one' }
  expect(linesOf(headers, ':')).toBe('Authorization: Bearer a:b\nX-Team: one')
  expect(valuesOf(linesOf(headers, ':'), ':')).toEqual(headers)
  const variables = { KEY: 'a=b', EMPTY: '' }
  expect(valuesOf(linesOf(variables, '='), '=')).toEqual(variables)
})

it('leaves empty lines out, and names the line that is no pair', () => {
  expect(valuesOf('\nA=1\n\n', '=')).toEqual({ A: '1' })
  expect(valuesOf('A=1\nnonsense', '=')).toBe(2)
  expect(valuesOf('=1', '=')).toBe(1)
  expect(linesOf(undefined, '=')).toBe('')
})
