import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { publicFetch } from '../../../adapters/node/public-fetch.ts'
import type { Tool, ToolContext } from '../tool.ts'
import { follow, webTools } from './index.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void
const servers: Server[] = []
let answer: Handler
let origin: string
let elsewhere: string
let seen: IncomingMessage[] = []

async function listen(handler: Handler): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
beforeAll(async () => {
  const handler: Handler = (request, response) => {
    seen.push(request)
    answer(request, response)
  }
  origin = await listen(handler)
  elsewhere = await listen(handler)
})
beforeEach(() => {
  seen = []
})
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

const hosts = () => [new URL(origin).host, new URL(elsewhere).host]
const send =
  (body: string | Uint8Array, type = 'text/html', status = 200, more: Record<string, string> = {}): Handler =>
  (_, response) =>
    response.writeHead(status, { 'content-type': type, ...more }).end(body)

interface Options {
  key?: string
  /** Limit on a fetch, ms. */
  timeout?: number
  allow?: string[]
  signal?: AbortSignal
}

function run(
  name: string,
  input: Record<string, unknown>,
  { key = 'brave-key', timeout = 20_000, allow, signal }: Options = {},
) {
  const tools = webTools({
    publicFetch,
    settings: () => ({ search: { api_key: key, max_results: 3 }, allow_private_hosts: allow ?? hosts() }),
    searchUrl: origin,
    fetchTimeoutMs: timeout,
  })
  const tool = tools.find((tool) => tool.name === name) as unknown as Tool<Record<string, unknown>>
  const parsed = tool.input.parse(input)
  return tool.run(parsed, { signal: signal ?? new AbortController().signal } as ToolContext)
}
const page = async (path = '/', more: Record<string, unknown> = {}) =>
  JSON.parse(await run('web_fetch', { url: origin + path, ...more })) as Record<string, unknown>

describe('web_fetch', () => {
  it('answers with the contract’s JSON', async () => {
    answer = send('<title>T</title><p>Hello <b>you</b>')
    expect(await run('web_fetch', { url: `${origin}/a?b` })).toBe(
      `{"extractor":"html-to-markdown","fetched_content_length":35,"status":200,"text":"# T\\n\\nHello **you**","truncated":false,"url":"${origin}/a?b"}`,
    )
    expect(seen[0]!.headers['user-agent']).toMatch(/^clawgo-gateway\//)
    expect(seen[0]!.headers.cookie).toBeUndefined()
  })

  it('pretty-prints JSON and leaves other text alone', async () => {
    answer = send('{"a":[1]}', 'application/json; charset=utf-8')
    expect(await page()).toMatchObject({ extractor: 'json', text: '{\n  "a": [\n    1\n  ]\n}' })
    answer = send('{broken', 'application/json')
    expect(await page()).toMatchObject({ extractor: 'raw', text: '{broken' })
    answer = send('a <b>\n\u0007', 'text/plain')
    expect(await page()).toMatchObject({ extractor: 'raw', text: 'a <b>\n' })
  })

  it('shows the status of an error page', async () => {
    answer = send('<h1>Gone</h1>', 'text/html', 410)
    expect(await page()).toMatchObject({ status: 410, text: '# Gone' })
  })

  it.each([
    ['text/html; charset=windows-1251', [0xcf, 0xf0, 0xe8], 'При'],
    ['text/html; charset=no-such-thing', [0xfc, 0x62, 0x65, 0x72], 'über'],
    ['text/html', [...Buffer.from('<meta charset="shift_jis">'), 0x93, 0xfa], '日'],
    ['text/plain', [0xff, 0xfe, 0x68, 0x00, 0x69, 0x00], 'hi'],
    ['text/plain', [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'é'],
  ])('decodes %s', async (type, bytes, text) => {
    answer = send(Uint8Array.from(bytes), type)
    expect(await page()).toMatchObject({ text })
  })

  it('refuses what is no text', async () => {
    answer = send(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), 'image/png')
    await expect(page()).rejects.toThrow('the page is no text (image/png, 6 bytes)')
  })

  it('cuts the text at maxChars, never inside a character', async () => {
    answer = send('😀'.repeat(200), 'text/plain')
    expect(await page('/', { maxChars: 101 })).toMatchObject({ text: '😀'.repeat(50), truncated: true })
    expect(await page('/', { maxChars: 5 })).toMatchObject({ truncated: false })
  })

  it('reads 4 MB of an endless body, and of one that unpacks to more', async () => {
    let written = 0
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const chunk = Buffer.alloc(1 << 18, 'x')
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length
      }
      response.on('drain', more)
      more()
    }
    expect(await page()).toMatchObject({ fetched_content_length: 4 << 20, truncated: true })
    expect(written).toBeLessThan(64 << 20)
    answer = send(gzipSync(Buffer.alloc(50 << 20, 'y')), 'text/plain', 200, { 'content-encoding': 'gzip' })
    expect(await page()).toMatchObject({ fetched_content_length: 4 << 20, truncated: true })
  })

  it('gives up on a server that is slow to answer, and on one that drips', async () => {
    answer = () => {}
    await expect(run('web_fetch', { url: origin }, { timeout: 150 })).rejects.toThrow(
      'request failed: no answer within 0.15 s',
    )
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const drip = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(drip))
    }
    await expect(run('web_fetch', { url: origin }, { timeout: 150 })).rejects.toThrow(
      'request failed: no answer within 0.15 s',
    )
  })

  it('stops with the turn', async () => {
    answer = () => {}
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('the turn was stopped')), 30)
    await expect(run('web_fetch', { url: origin }, { signal: stop.signal })).rejects.toThrow('the turn was stopped')
  })

  it.each([
    ['nonsense', 'invalid URL: nonsense'],
    ['file:///etc/passwd', 'only http/https URLs are allowed'],
    ['http://user:pass@example.com/', 'credentials in a URL are not allowed'],
  ])('refuses %s', async (url, message) => {
    await expect(run('web_fetch', { url })).rejects.toThrow(message)
  })

  it('says why a server cannot be reached, and how to allow a private one', async () => {
    await expect(run('web_fetch', { url: 'http://127.0.0.1:10009/' }, { allow: ['127.0.0.1'] })).rejects.toThrow(
      /^request failed: .*ECONNREFUSED/,
    )
    await expect(run('web_fetch', { url: origin }, { allow: [] })).rejects.toThrow(
      /^request failed: AddressRefused: 127\.0\.0\.1 .*tools\.web\.allow_private_hosts/,
    )
    expect(seen).toHaveLength(0)
  })
})

describe('redirects', () => {
  it('are followed up to five times, and the last address is reported', async () => {
    answer = (request, response) => {
      const hop = Number(request.url!.slice(1))
      if (hop === 0) response.end('there')
      else response.writeHead(302, { location: `/${hop - 1}` }).end()
    }
    expect(await page('/5')).toMatchObject({ text: 'there', url: `${origin}/0` })
    await expect(page('/6')).rejects.toThrow('stopped after 5 redirects')
  })

  it.each([
    ['http://127.0.0.1:10009/', 'AddressRefused'],
    ['http://169.254.169.254/latest/meta-data/', 'AddressRefused'],
    ['http://localhost/', 'AddressRefused'],
    ['file:///etc/passwd', 'only http/https'],
    ['http://a:b@127.0.0.1/', 'credentials in a URL'],
    ['http://[', 'redirects to an invalid address'],
  ])('to %s are refused', async (location, message) => {
    answer = (_, response) => response.writeHead(302, { location }).end()
    await expect(page()).rejects.toThrow(message)
  })

  it('take credentials along on the same origin only', async () => {
    answer = (request, response) => {
      if (request.url === '/start') response.writeHead(307, { location: '/same' }).end()
      else if (request.url === '/same') response.writeHead(307, { location: `${elsewhere}/other` }).end()
      else response.end('done')
    }
    const headers = { authorization: 'Bearer secret', cookie: 'a=b', 'x-plain': '1' }
    const signal = new AbortController().signal
    const { response, url } = await follow(new URL(`${origin}/start`), { publicFetch, allow: hosts(), headers, signal })
    expect([await response.text(), url.href]).toEqual(['done', `${elsewhere}/other`])
    expect(seen.map(({ headers }) => [headers.authorization, headers.cookie, headers['x-plain']])).toEqual([
      ['Bearer secret', 'a=b', '1'],
      ['Bearer secret', 'a=b', '1'],
      [undefined, undefined, '1'],
    ])
  })
})

describe('web_search', () => {
  const results = {
    web: { results: [{ title: 'A &amp; <strong>B</strong>', url: 'https://a.example/', description: 'x &lt; y' }] },
  }

  it('asks Brave and answers as the contract words it', async () => {
    answer = send(JSON.stringify(results), 'application/json')
    expect(await run('web_search', { query: 'a b' })).toBe(
      'Results for: a b\n1. A & B\n   https://a.example/\n   x < y',
    )
    expect(seen[0]!.url).toBe('/res/v1/web/search?q=a+b&count=3')
    expect(seen[0]!.headers['x-subscription-token']).toBe('brave-key')
    await run('web_search', { query: 'q', count: 7 })
    await run('web_search', { query: 'q', count: 99 })
    expect(seen.slice(1).map(({ url }) => url)).toEqual([
      '/res/v1/web/search?q=q&count=7',
      '/res/v1/web/search?q=q&count=3',
    ])
  })

  it('says when nothing was found', async () => {
    answer = send('{}', 'application/json')
    expect(await run('web_search', { query: 'zzz' })).toBe('No results for: zzz')
  })

  it('tells how to set the key when there is none', async () => {
    await expect(run('web_search', { query: 'x' }, { key: '' })).rejects.toThrow(
      /^BRAVE_API_KEY not configured: set tools\.web\.search\.api_key/,
    )
    expect(seen).toHaveLength(0)
  })

  it.each([
    [401, 'refused the key'],
    [429, 'no more searches for now'],
    [500, 'answered HTTP 500'],
    [302, 'answered HTTP 302'],
  ])('does not take HTTP %i for an empty result', async (status, message) => {
    answer = send('{}', 'application/json', status, { location: 'http://127.0.0.1/' })
    await expect(run('web_search', { query: 'x' })).rejects.toThrow(message)
  })

  it('refuses an answer that is no result', async () => {
    answer = send('<html>', 'text/html')
    await expect(run('web_search', { query: 'x' })).rejects.toThrow('failed to parse response')
  })
})
