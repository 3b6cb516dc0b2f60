/** Rules of every path: api-behaviour.md sections 2.1 to 2.3 and 2.7, design.md section 7. */
import { describe, expect, it } from 'vitest'
import { rawRequest } from '../support/raw-connection.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

const LISTED = 'https://console.example'

describeTargets('every path', (_, name) => {
  const target = shareTarget(name, { config: { gateway: { allowed_origins: [LISTED] } } })
  const bearer = () => ({ authorization: `Bearer ${target().token}` })

  it.each(['/console', '/index.html', '/favicon.ico', '/api', '/api/nothing', '/api/chat/', '/API/version', '/v2'])(
    'answers the unknown %s with 404, asking for no token',
    async (path) => {
      const answer = await fetch(target().url + path)
      expect([answer.status, await answer.text()]).toEqual([404, '404 page not found\n'])
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  it.each([
    ['//api/version', '/api/version'],
    ['//api//version?a=1&b=%2F', '/api/version?a=1&b=%2F'],
    ['///', '/'],
    ['/api//nothing/', '/api/nothing/'],
  ])('sends %s to its clean form, keeping the query', async (path, location) => {
    const answer = await rawRequest(target().url, `GET ${path}`)
    expect([answer.status, answer.headers.location]).toEqual([301, location])
  })

  it('never redirects to another host', async () => {
    for (const path of ['//evil.example/%2e%2e', '/%2e%2e//evil.example', '/\\evil.example', '//evil.example/..']) {
      const { status, headers } = await rawRequest(target().url, `GET ${path}`)
      const to = new URL(headers.location ?? '/', target().url)
      expect([path, status, to.origin]).toEqual([path, status, target().url])
      expect([path, [301, 400, 404].includes(status)]).toEqual([path, true])
    }
  })

  it('does not find a route behind dot segments without the token', async () => {
    for (const path of ['/api/../api/config', '/health/../api/config', '/health/%2e%2e/api/config', '/api/%63onfig']) {
      const { status, body } = await rawRequest(target().url, `GET ${path}`)
      expect([path, [301, 400, 401, 404].includes(status)]).toEqual([path, true])
      expect(body).not.toContain('"agents"')
    }
  })

  it('answers a method the path does not take with 405 and those it takes, after the token', async () => {
    for (const [method, path, allow] of [
      ['PUT', '/api/config', 'GET, POST'],
      ['PATCH', '/api/chat', 'POST'],
      ['DELETE', '/api/version', 'GET'],
      ['POST', '/api/tools', 'GET'],
      ['GET', '/api/chat', 'POST'],
    ] as const) {
      const refused = await rawRequest(target().url, `${method} ${path}`)
      const answer = await rawRequest(target().url, `${method} ${path}`, bearer())
      expect([method, path, refused.status]).toEqual([method, path, 401])
      expect([method, path, answer.status, answer.headers.allow]).toEqual([method, path, 405, allow])
      expect(answer.body).toContain('method not allowed\n')
    }
  })

  it('does not take HEAD for GET, and sends no body with its 405', async () => {
    const answer = await rawRequest(target().url, 'HEAD /api/version', bearer())
    expect([answer.status, answer.body]).toEqual([405, ''])
    expect((await rawRequest(target().url, 'HEAD /nowhere')).status).toBe(404)
  })

  it('answers JSON compactly, with one line feed at its end', async () => {
    const answer = await target().fetch('/api/version')
    expect(answer.headers.get('content-type')).toBe('application/json')
    const text = await answer.text()
    expect(text).toBe(`${JSON.stringify(JSON.parse(text))}\n`)
  })

  it('gives every answer an id, the client’s own where it is harmless', async () => {
    const ids = await Promise.all(
      ['/health', '/nowhere', '/api/version', '/api/tools'].map(async (path) =>
        (await fetch(target().url + path)).headers.get('x-request-id'),
      ),
    )
    // The Worker answers /health without waking the gateway that gives ids.
    if (name === 'workerd') expect(ids.shift()).toBeNull()
    for (const id of ids) expect(id).toMatch(/^[\w.-]{4,64}$/)
    expect(new Set(ids).size).toBe(ids.length)
    const own = await target().fetch('/api/version', { headers: { 'x-request-id': 'call-7.a_b' } })
    expect(own.headers.get('x-request-id')).toBe('call-7.a_b')
    const odd = await target().fetch('/api/version', { headers: { 'x-request-id': '"><script>' } })
    expect(odd.headers.get('x-request-id')).toMatch(/^[\w.-]{4,64}$/)
  })
})

describeTargets('CORS', (_, name) => {
  const target = shareTarget(name, { config: { gateway: { allowed_origins: [LISTED] } } })
  const corsOf = (answer: Response) =>
    [...answer.headers.keys()].filter((header) => header.startsWith('access-control-'))

  describe('a preflight', () => {
    it.each(['/api/chat', '/api/version', '/nowhere', '/health', '/api/chat/live'])(
      'of a listed origin is answered on %s, without a token',
      async (path) => {
        const answer = await fetch(target().url + path, {
          method: 'OPTIONS',
          headers: {
            origin: LISTED,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization, x-mine',
          },
        })
        expect([answer.status, await answer.text()]).toEqual([204, ''])
        expect(answer.headers.get('access-control-allow-origin')).toBe(LISTED)
        expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
        expect(answer.headers.get('access-control-allow-headers')).toBe('authorization, x-mine')
        expect(answer.headers.get('access-control-allow-methods')).toContain('DELETE')
        expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(0)
        expect(answer.headers.get('vary')).toContain('Origin')
      },
    )

    it.each(['https://evil.example', 'null', 'https://console.example.evil.example', 'http://console.example'])(
      'of %s is answered without any permission',
      async (origin) => {
        const answer = await fetch(`${target().url}/api/chat`, { method: 'OPTIONS', headers: { origin } })
        expect([answer.status, corsOf(answer)]).toEqual([204, []])
      },
    )
  })

  it('lets a listed origin read answers and errors', async () => {
    for (const path of ['/api/version', '/nowhere', '/api/chat']) {
      const answer = await fetch(target().url + path, { headers: { origin: LISTED } })
      expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([path, LISTED])
      expect(answer.headers.get('vary')).toContain('Origin')
    }
  })

  it('gives a foreign origin, and a request without one, nothing', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}] as Record<string, string>[]) {
      const answer = await target().fetch('/api/version', { headers })
      expect([answer.status, corsOf(answer)]).toEqual([200, []])
    }
  })
})
