import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { coerceArguments } from './coercion.ts'
import { parametersOf } from './json-schema.ts'

const schema = parametersOf(
  z.object({
    text: z.string(),
    count: z.int().positive().default(5),
    ratio: z.number().optional(),
    flag: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
    rows: z.array(z.object({ n: z.int() })).optional(),
    nothing: z.string().nullable().optional(),
  }),
)
const read = (input: unknown) => coerceArguments(schema, input, { defaults: true })

describe('what models write', () => {
  it.each([
    [{ text: 5 }, { text: '5' }],
    [{ text: true }, { text: 'true' }],
    [{ text: ' kept ' }, { text: ' kept ' }],
    [{ count: '7' }, { count: 7 }],
    [{ count: 7.9 }, { count: 7 }],
    [{ ratio: ' 0.5 ' }, { ratio: 0.5 }],
    [{ flag: 'Yes' }, { flag: true }],
    [{ flag: 'off' }, { flag: false }],
    [{ flag: 0 }, { flag: false }],
    [{ tags: 'a, b,,a' }, { tags: ['a', 'b'] }],
    [{ tags: ['x ', 'x', 3] }, { tags: ['x', '3'] }],
    [{ tags: '["a","b,c"]' }, { tags: ['a', 'b,c'] }],
    [{ rows: '[{"n":"4"}]' }, { rows: [{ n: 4 }] }],
    ['{"text":"from JSON text"}', { text: 'from JSON text' }],
    [undefined, {}],
    ['', {}],
  ])('%j becomes %j', (input, expected) => {
    expect(read(input)).toEqual(expected)
  })
})

it('takes a count of 0 and null as not given, where that is possible', () => {
  expect(read({ count: 0, text: null, nothing: null, flag: null })).toEqual({ text: null, nothing: null })
})

it('leaves numbers below the minimum of a foreign schema for its owner to judge', () => {
  expect(coerceArguments(schema, { count: 0 })).toEqual({ count: 0 })
})

it.each(['seven', '0x10', '', '1e'])('leaves %j for the validation to name', (count) => {
  expect(read({ count })).toEqual({ count })
})

it('gives no key a way to the prototype', () => {
  const read1 = read(JSON.parse('{"__proto__":{"flag":true}}')) as { flag?: boolean }
  expect(read1.flag).toBeUndefined()
})
