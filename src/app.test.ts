import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type NodeDatabase, nodeDatabase } from '../adapters/node/database.ts'
import { createApp } from './app.ts'
import { badRequest, GatewayError, notFound } from './errors.ts'
import { FileError } from './files/index.ts'
import { BEARER, TOKEN, testApp } from './http/gateway-for-tests.ts'
import { type Route, requestIdOf, route } from './http/index.ts'

let db: NodeDatabase
beforeEach(() => {
  db = nodeDatabase(':memory:')
})
afterEach(() => db.close())

const get = (path: string, handle: Parameters<typeof route>[0]['handle']): Route =>
  route({ method: 'GET', path, tag: 'Test', summary: 'A test route', responses: {}, handle })

const routes = [
  get('/api/ping', () => ({ ok: true, text: '<ß>' })),
  get('/api/id', ({ c }) => ({ id: requestIdOf(c) })),
  get('/api/raw', () => new Response('bytes', { headers: { 'Content-Type': 'application/octet-stream' } })),
  get('/api/fetched', () => Response.redirect('http://elsewhere.example/', 302)),
  get('/api/missing', () => Promise.reject(notFound('skill not found: x'))),
  get('/api/broken', () => {
    throw new Error('disk on fire at /home/owner/secret', { cause: new Error('the deeper reason') })
  }),
  get('/api/invalid', () => {
    throw badRequest('invalid config', { body: { ok: false, error: 'invalid config', errors: ['a'] } })
  }),
  get('/api/upstream', () => {
    throw new GatewayError(502, 'upstream', 'the platform did not answer', { headers: { 'Retry-After': '3' } })
  }),
  ...(['ENOENT', 'EACCES', 'EFBIG', 'ESTALE', 'EIO'] as const).map((code) =>
    get(`/api/file/${code}`, () => {
      throw new FileError(code, 'notes/today.md')
    }),
  ),
  route({
    method: 'POST',
    path: '/api/ping',
    tag: 'Test',
    summary: 'Echo',
    body: z.object({ name: z.string() }),
    responses: {},
    handle: ({ body }) => ({ ok: true, name: body.name }),
  }),
]

describe('routing', () => {
  it('answers a known path in compact JSON with one line feed', async () => {
    const { ask } = testApp({ db, routes })
    const response = await ask('/api/ping', { headers: BEARER })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.text()).toBe('{"ok":true,"text":"<ß>"}\n')
  })

  it.each(['/index.html', '/api/nothing', '/api/ping/'])('says 404 for %s without asking for a token', async (path) => {
    const { ask } = testApp({ db, routes })
    const response = await ask(path)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('404 page not found\n')
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    ['//api/ping?a=1', '/api/ping?a=1'],
    ['/api//ping', '/api/ping'],
    ['/api///', '/api/'],
    ['//evil.example/x', '/evil.example/x'],
  ])('sends %s to %s', async (path, location) => {
    const { ask } = testApp({ db, routes })
    const response = await ask(`http://localhost${path}`)
    expect(response.status).toBe(301)
    expect(response.headers.get('location')).toBe(location)
  })

  it('sends to the clean form also where the host is part of the scheme', async () => {
    const { ask } = testApp({ db, routes })
    expect((await ask('http://t/api//ping')).headers.get('location')).toBe('/api/ping')
  })

  it('keeps no more of a path in its log than a person reads', async () => {
    const { ask, logged } = testApp({ db, routes })
    await ask(`/api/docs/${'x'.repeat(5000)}`)
    const { path, status } = logged.find(({ message }) => message === 'request')!.fields as {
      path: string
      status: number
    }
    expect([status, path]).toEqual([401, `/api/docs/${'x'.repeat(290)}`])
  })

  it('checks the token before the method, and says 405 after it', async () => {
    const { ask } = testApp({ db, routes })
    expect((await ask('/api/ping', { method: 'DELETE' })).status).toBe(401)
    const response = await ask('/api/ping', { method: 'DELETE', headers: BEARER })
    expect(response.status).toBe(405)
    expect(await response.text()).toBe('method not allowed\n')
    expect(response.headers.get('allow')).toBe('GET, POST')
  })

  it('does not take HEAD for GET', async () => {
    const { ask } = testApp({ db, routes })
    expect((await ask('/api/ping', { method: 'HEAD', headers: BEARER })).status).toBe(405)
  })

  it.each(['GET', 'POST', 'PUT', 'DELETE', 'HEAD'])('answers %s /health without a token', async (method) => {
    const { ask } = testApp({ db, routes })
    const response = await ask('/health', { method })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(method === 'HEAD' ? '' : 'ok')
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  })

  it('tells version and channels, in alphabetical order', async () => {
    const { ask } = testApp({ db, routes })
    expect(await (await ask('/api/version', { headers: BEARER })).json()).toEqual({
      ok: true,
      gateway_version: '1.2.3',
      compiled_channels: ['feishu', 'telegram', 'weixin'],
    })
  })

  it('refuses two routes for one method and path when the app is made', () => {
    const { gateway } = testApp({ db, routes })
    expect(() => createApp({ ...gateway, routes: [...routes, routes[0]!] })).toThrow('GET /api/ping')
  })
})

describe('errors', () => {
  it('shapes what a handler throws into plain text', async () => {
    const { ask } = testApp({ db, routes })
    const missing = await ask('/api/missing', { headers: BEARER })
    expect([missing.status, await missing.text()]).toEqual([404, 'skill not found: x\n'])
    const upstream = await ask('/api/upstream', { headers: BEARER })
    expect([upstream.status, await upstream.text()]).toEqual([502, 'the platform did not answer\n'])
    expect(upstream.headers.get('retry-after')).toBe('3')
  })

  it('sends the JSON body of an error that has one', async () => {
    const { ask } = testApp({ db, routes })
    const response = await ask('/api/invalid', { headers: BEARER })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ ok: false, error: 'invalid config', errors: ['a'] })
  })

  it.each([
    ['ENOENT', 404],
    ['EACCES', 400],
    ['EFBIG', 413],
    ['ESTALE', 409],
    ['EIO', 500],
  ])('answers a file error %s with %i', async (code, status) => {
    const { ask } = testApp({ db, routes })
    expect((await ask(`/api/file/${code}`, { headers: BEARER })).status).toBe(status)
  })

  it('never shows what broke, but logs it under the id that the answer names', async () => {
    const { ask, logged } = testApp({ db, routes })
    const response = await ask('/api/broken', { headers: { ...BEARER, 'X-Request-Id': 'abc-1' } })
    expect(response.status).toBe(500)
    expect(await response.text()).toBe('internal error (request abc-1)\n')
    expect(logged.find((entry) => entry.level === 'error')?.fields).toMatchObject({
      request: 'abc-1',
      error: expect.stringContaining('disk on fire'),
      cause: 'the deeper reason',
    })
  })
})

describe('request ids and the access log', () => {
  it('puts an id on every answer, also on raw ones, refusals and answers with sealed headers', async () => {
    const { ask } = testApp({ db, routes })
    const seen = new Set<string>()
    const paths = ['/api/ping', '/api/raw', '/api/fetched', '/api/missing', '/nothing', '/health', '//health']
    for (const path of paths) {
      seen.add((await ask(`http://localhost${path}`, { headers: BEARER })).headers.get('x-request-id') ?? '')
    }
    seen.add((await ask('/api/ping')).headers.get('x-request-id') ?? '')
    seen.add((await ask('/api/ping', { method: 'OPTIONS' })).headers.get('x-request-id') ?? '')
    expect(seen).not.toContain('')
    expect(seen.size).toBe(paths.length + 2)
  })

  it('keeps an id of the client that is fit for a log, and no other', async () => {
    const { ask } = testApp({ db, routes })
    const idFor = async (id: string) =>
      ((await (await ask('/api/id', { headers: { ...BEARER, 'X-Request-Id': id } })).json()) as { id: string }).id
    expect(await idFor('trace-1.a_B')).toBe('trace-1.a_B')
    expect(await idFor('a b')).not.toBe('a b')
    expect(await idFor('x'.repeat(65))).not.toBe('x'.repeat(65))
  })

  it('logs method, path and status, never the query', async () => {
    const { ask, logged } = testApp({ db, routes })
    await ask(`/api/ping?token=${TOKEN}&q=private`)
    expect(logged).toEqual([
      {
        level: 'debug',
        message: 'request',
        fields: expect.objectContaining({ method: 'GET', path: '/api/ping', status: 200 }),
      },
    ])
    expect(JSON.stringify(logged)).not.toMatch(/private|cg_/)
  })
})

describe('CORS', () => {
  const config = { allowed_origins: ['https://console.example/'] }
  const fromOrigin = (origin: string) => ({ headers: { ...BEARER, Origin: origin } })

  it('lets a listed origin read the answer, with credentials', async () => {
    const { ask } = testApp({ db, routes, config })
    const { headers } = await ask('/api/ping', fromOrigin('https://console.example'))
    expect(headers.get('access-control-allow-origin')).toBe('https://console.example')
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    expect(headers.get('vary')).toBe('Origin')
  })

  it('lets it read refusals too', async () => {
    const { ask } = testApp({ db, routes, config })
    const response = await ask('/api/ping', { headers: { Origin: 'https://console.example' } })
    expect(response.status).toBe(401)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://console.example')
  })

  it.each(['https://evil.example', 'null', 'https://console.example.evil.example'])(
    'gives %s no header',
    async (origin) => {
      const { ask } = testApp({ db, routes, config })
      const { headers } = await ask('/api/ping', fromOrigin(origin))
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('vary')).toBe('Origin')
    },
  )

  it.each(['/api/ping', '/nothing', '/health'])(
    'answers the preflight of %s, for listed origins only',
    async (path) => {
      const { ask } = testApp({ db, routes, config })
      const asking = (origin: string) =>
        ask(path, {
          method: 'OPTIONS',
          headers: { Origin: origin, 'Access-Control-Request-Headers': 'x-a, authorization' },
        })
      const listed = await asking('https://console.example')
      expect(listed.status).toBe(204)
      expect(listed.headers.get('access-control-allow-methods')).toContain('DELETE')
      expect(listed.headers.get('access-control-allow-headers')).toBe('x-a, authorization')
      const stranger = await asking('https://evil.example')
      expect(stranger.status).toBe(204)
      expect([...stranger.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    },
  )
})
