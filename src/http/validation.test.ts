import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { GatewayError } from '../errors.ts'
import { boundedInt, flag, readQuery, text } from './query.ts'
import { bodyReader, queryReader } from './validation.ts'

const post = (body: string | ReadableStream<Uint8Array>, headers: Record<string, string> = {}) =>
  new Request('http://localhost/', { method: 'POST', body, headers, ...({ duplex: 'half' } as object) })

/** What a thrown `GatewayError` would answer. */
async function refusal(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof GatewayError) return `${error.status} ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('a query', () => {
  it('gives the first value of each parameter, with + as space', () => {
    expect([...readQuery('http://x/?a=1&a=2&b=x+y%20z&c#d=1')]).toEqual([
      ['a', '1'],
      ['b', 'x y z'],
      ['c', ''],
    ])
  })

  it('drops a pair with a broken escape or a semicolon, and keeps the rest', () => {
    expect([...readQuery('http://x/?a=%zz&b=1;c=2&d=%C3%A4')]).toEqual([['d', 'ä']])
  })

  it.each([
    ['', 200],
    ['limit=', 200],
    ['limit=abc', 200],
    ['limit=1.5', 200],
    ['limit=0', 200],
    ['limit=-3', 200],
    ['limit=%20+7%20', 7],
    ['limit=%2B8', 8],
    ['limit=2001', 2000],
    ['limit=99999999999999999999', 200],
  ])('reads the bounded integer of `%s` as %i', (query, expected) => {
    const read = queryReader(z.object({ limit: boundedInt(200, 2000) }))
    expect(read(`http://x/?${query}`)).toEqual({ limit: expected })
  })

  it('knows a flag by its exact value, and trims text', () => {
    const read = queryReader(z.object({ on: flag(), yes: flag('true'), name: text('main') }))
    expect(read('http://x/?on=1&yes=true&name=+a+')).toEqual({ on: true, yes: true, name: 'a' })
    expect(read('http://x/?on=true&yes=1&name=+')).toEqual({ on: false, yes: false, name: 'main' })
    expect(read('http://x/')).toEqual({ on: false, yes: false, name: 'main' })
  })

  it("is refused with the schema's message", async () => {
    const read = queryReader(z.object({ id: z.string({ error: 'id required' }) }))
    expect(await refusal(() => read('http://x/'))).toBe('400 id required')
  })
})

describe('a JSON body', () => {
  const person = z.object({
    name: z.string().optional(),
    Age: z.number().default(7),
    tags: z.array(z.object({ key: z.string().optional() })).optional(),
    note: z.string().nullable().optional(),
    extra: z.record(z.string(), z.unknown()).optional(),
  })
  const read = (body: string) => bodyReader(person)(post(body))

  it('matches member names whatever their case, also in lists, and the last one wins', async () => {
    expect(await read('{"NAME":"a","age":1,"Tags":[{"KEY":"k"}],"name":"b"}')).toEqual({
      name: 'b',
      Age: 1,
      tags: [{ key: 'k' }],
    })
  })

  it('keeps the names in a free map', async () => {
    expect(await read('{"extra":{"Name":null,"KEY":1}}')).toEqual({ Age: 7, extra: { Name: null, KEY: 1 } })
  })

  it('takes null for "not given", unless the schema knows null', async () => {
    expect(await read('{"name":null,"age":null,"note":null}')).toEqual({ Age: 7, note: null })
    expect(await read('null')).toEqual({ Age: 7 })
  })

  it('reads the first value only', async () => {
    expect(await read(' {"name":"}\\"{"} trailing')).toEqual({ name: '}"{', Age: 7 })
    expect(await read('{"name":"a"}{"name":"b"}\n')).toEqual({ name: 'a', Age: 7 })
  })

  it.each(['', ' ', '{', '[]', '"text"', '3', 'nonsense {}', '{"name":1}', '{"tags":{}}', '{"a":1'])(
    'is refused when it is `%s`',
    async (body) => {
      expect(await refusal(() => read(body))).toBe('400 invalid json')
    },
  )

  it('does not reach a prototype', async () => {
    const body = await bodyReader(z.looseObject({}))(post('{"__proto__":{"admin":true},"b":1}'))
    expect(body).toEqual({ b: 1 })
    expect((body as { admin?: boolean }).admin).toBeUndefined()
  })

  it('may be missing where the schema says so', async () => {
    expect(await bodyReader(person.default({ Age: 0 }))(post(''))).toEqual({ Age: 0 })
  })

  it("is refused with the schema's own message where it has one", async () => {
    const named = bodyReader(z.object({ action: z.enum(['a', 'b'], { error: 'unsupported action' }) }))
    expect(await refusal(() => named(post('{"action":"c"}')))).toBe('400 unsupported action')
  })

  it('reads each alternative of a union, and a schema that refers to itself', async () => {
    const union = z.union([z.object({ id: z.string() }), z.object({ name: z.string() })])
    expect(await bodyReader(union)(post('{"NAME":"x"}'))).toEqual({ name: 'x' })
    const tree = z.object({
      get child() {
        return tree.optional()
      },
    })
    expect(await bodyReader(tree)(post('{"CHILD":{"Child":{}}}'))).toEqual({ child: { child: {} } })
  })
})

describe('a body over its limit', () => {
  const read = bodyReader(z.object({ a: z.string() }), 64)
  const large = JSON.stringify({ a: 'x'.repeat(100) })
  const stream = (text: string, size: number) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        const bytes = new TextEncoder().encode(text)
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size))
        controller.close()
      },
    })

  it('is refused by its declared length', async () => {
    const request = post(large, { 'Content-Length': String(large.length) })
    expect(await refusal(() => read(request))).toBe('413 request body too large')
    expect(request.bodyUsed).toBe(false)
  })

  it('is refused while it arrives, when it declares none or lies', async () => {
    expect(await refusal(() => read(post(stream(large, 10))))).toBe('413 request body too large')
    expect(await refusal(() => read(post(large, { 'Content-Length': '10' })))).toBe('413 request body too large')
  })

  it('is read up to the last byte of the limit', async () => {
    const exact = JSON.stringify({ a: 'x'.repeat(56) })
    expect(exact).toHaveLength(64)
    expect(await read(post(stream(exact, 7)))).toEqual({ a: 'x'.repeat(56) })
  })
})
