import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MultipartReader } from './multipart.ts'

const BOUNDARY = 'xYz'
const utf8 = new TextEncoder()

/** A request whose body arrives in chunks of `size` bytes. */
function request(body: string | Uint8Array, size = 7, type = `multipart/form-data; boundary=${BOUNDARY}`): Request {
  const bytes = typeof body === 'string' ? utf8.encode(body) : body
  let at = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
  const init = { method: 'POST', body: stream, duplex: 'half', headers: { 'content-type': type } }
  return new Request('http://gateway/api/upload', init as RequestInit)
}

async function partsOf(from: Request, limit = 1_000_000) {
  const reader = new MultipartReader(from, limit)
  const parts: Array<[name: string, filename: string | null, content: string]> = []
  for (let part = await reader.next(); part; part = await reader.next()) {
    parts.push([part.name, part.filename, await new Response(part.content).text()])
  }
  return parts
}

const form = (...parts: string[]) =>
  `${parts.map((part) => `--${BOUNDARY}\r\n${part}\r\n`).join('')}--${BOUNDARY}--\r\n`
const file = (filename: string, content: string) =>
  `Content-Disposition: form-data; name="file"; ${filename}\r\nContent-Type: text/plain\r\n\r\n${content}`

describe('MultipartReader', () => {
  it('gives the parts in order, whatever stands before and behind them', async () => {
    const body = `preamble\r\n${form('content-disposition: form-data; name=a\r\n\r\n1', file('filename="x.txt"', ''))}epilogue`
    expect(await partsOf(request(body))).toEqual([
      ['a', null, '1'],
      ['file', 'x.txt', ''],
    ])
    expect(await partsOf(request(`--${BOUNDARY}--`))).toEqual([])
  })

  it('gives the bytes as they were sent, however they are cut on the way', async () => {
    // The pieces of boundaries make contents that nearly end where they do not.
    const piece = fc.constantFrom('\r', '\n', '\r\n', '-', `--${BOUNDARY}`, `\r\n--${BOUNDARY}z`, `\r\n--xY`, 'a', '\0')
    const content = fc
      .array(piece, { maxLength: 12 })
      .map((pieces) => pieces.join(''))
      .filter((text) => !new RegExp(`\r\n--${BOUNDARY}[\r\n-]`).test(`\r\n${text}\r\n`))
    await fc.assert(
      fc.asyncProperty(content, content, fc.integer({ min: 1, max: 40 }), async (first, second, size) => {
        const parts = await partsOf(request(form(file('filename=1', first), file('filename=2', second)), size))
        expect(parts).toEqual([
          ['file', '1', first],
          ['file', '2', second],
        ])
      }),
    )
  })

  it('agrees with the form a client builds', async () => {
    const sent = new FormData()
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    sent.set('note', 'Grüße')
    sent.set('file', new File([bytes], 'a "quoted" name.bin'))
    const encoded = new Response(sent)
    const from = request(new Uint8Array(await encoded.arrayBuffer()), 1000, encoded.headers.get('content-type')!)
    const reader = new MultipartReader(from, 1_000_000)
    const note = (await reader.next())!
    expect([note.name, note.filename, await new Response(note.content).text()]).toEqual(['note', null, 'Grüße'])
    const part = (await reader.next())!
    expect([part.name, part.filename]).toEqual(['file', 'a "quoted" name.bin'])
    expect(new Uint8Array(await new Response(part.content).arrayBuffer())).toEqual(bytes)
    expect(await reader.next()).toBeNull()
  })

  it('skips a part that nobody reads', async () => {
    const reader = new MultipartReader(request(form(file('filename=1', 'x'.repeat(99)), file('filename=2', 'y'))), 9999)
    expect((await reader.next())?.filename).toBe('1')
    expect((await reader.next())?.filename).toBe('2')
    expect(await reader.next()).toBeNull()
  })

  it.each([
    ['filename="C:\\dir\\a b.txt"', 'C:\\dir\\a b.txt'],
    ['filename="../../etc/passwd"', 'passwd'],
    ['filename="say \\"hi\\".txt"', 'say "hi".txt'],
    ['filename="100%25 %22x%22.txt"', '100%25 "x".txt'],
    [`filename="x"; filename*=UTF-8''na%C3%AFve.txt`, 'naïve.txt'],
    [`filename="日本.txt"; filename*=latin1'en'x`, '日本.txt'],
    ['filename=""', ''],
    ['FileName=plain.txt; other', 'plain.txt'],
  ])('reads the name in %s', async (header, name) => {
    expect((await partsOf(request(form(file(header, '')))))[0]![1]).toBe(name)
  })

  it('answers 400 for what is no sound form', async () => {
    const whole = form(file('filename=a', 'content'))
    const cases: Array<[string, Request]> = [
      ["request Content-Type isn't multipart/form-data", request(whole, 9, 'application/json')],
      ['no multipart boundary param in Content-Type', request(whole, 9, 'multipart/form-data; boundary=')],
      ['multipart: NextPart: EOF', request('')],
      ['multipart: NextPart: EOF', request('no form at all')],
      ['multipart: malformed boundary', request(`--${BOUNDARY} x\r\n\r\n\r\n--${BOUNDARY}--`)],
      ['multipart: malformed header', request(form(`X: ${'x'.repeat(20_000)}\r\n\r\n`))],
      ['multipart: malformed header', request(form(`${'X: y\r\n'.repeat(5000)}\r\n\r\n`))],
      ['multipart: more than 1000 parts', request(form(...Array<string>(1001).fill('X: y\r\n\r\n')), 9999)],
    ]
    for (const [message, from] of cases) {
      await expect(partsOf(from)).rejects.toThrow(expect.objectContaining({ status: 400, message }))
    }
    // Cut anywhere before the last boundary is complete, it is an error, never a shorter file.
    for (let length = 0; length < whole.length - 3; length++) {
      await expect(partsOf(request(whole.slice(0, length))), String(length)).rejects.toThrow('multipart: NextPart: EOF')
    }
  })

  it('answers 413 over its limit, and lets go of the body', async () => {
    const from = request(form(file('filename=a', 'x'.repeat(500))))
    const reader = new MultipartReader(from, 300)
    const part = (await reader.next())!
    await expect(new Response(part.content).text()).rejects.toThrow(expect.objectContaining({ status: 413 }))
    reader.close()
    expect(from.body!.locked).toBe(false)
    expect(() => new MultipartReader(declared(301), 300)).toThrow('request body too large')
  })
})

function declared(length: number): Request {
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, 'content-length': String(length) }
  return new Request('http://gateway/', { method: 'POST', body: 'x', headers })
}
