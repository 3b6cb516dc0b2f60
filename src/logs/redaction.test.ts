import type { LogRecord } from '@logtape/logtape'
import { describe, expect, it } from 'vitest'
import { humanLine, jsonLine, knownSecrets, logTo } from './index.ts'
import { withoutSecretParts, withoutSecrets } from './redaction.ts'

const PLANTED = 'hunter2hunter2'

/** What a terminal and the file show of one line. */
function written(message: string, fields: Record<string, unknown> = {}): string[] {
  const records: LogRecord[] = []
  logTo((record) => void records.push(record), Date.now).error(message, fields)
  return records.flatMap((record) => [jsonLine(record), humanLine(record)])
}

describe('a planted secret', () => {
  it.each([
    'call to https://api.example/v1?token=hunter2hunter2&a=1 failed',
    'call to https://api.example/v1?a=1&api_key=hunter2hunter2',
    'socket ws://127.0.0.1:1/api/logs/live?token=hunter2hunter2 closed',
    'proxy http://user:hunter2hunter2@proxy.example:8080 refused',
    'Authorization: Bearer hunter2hunter2',
    'Authorization: Basic hunter2hunter2==',
    'Cookie: gateway_token=hunter2hunter2; a=b',
    'x-api-key: hunter2hunter2',
    'API_KEY=hunter2hunter2 node server',
    'run --token hunter2hunter2 --port 1',
    'run --password=hunter2hunter2',
    'body {"api_key":"hunter2hunter2","a":1}',
    'body {"client_secret" : "hunter2hunter2"}',
    "body {'password': 'hunter2hunter2'}",
    'Incorrect API key provided: sk-hunter2hunter2',
    'slack xoxb-hunter2hunter2',
    'github ghp_hunter2hunter2hunter2',
    'jwt eyJhunter2hunter2.hunter2hunter2.hunter2hunter2',
    'telegram https://api.telegram.org/bot123456789:hunter2hunter2hunter2hunter2hunter2/getMe',
    '-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----',
  ])('in %s is not written, as a message, a field, nested, or in an error', (text) => {
    const inStack = { stack: `Error: ${text}\n    at fetch (file.ts:1:1)` }
    for (const fields of [{}, { error: text }, { a: [{ b: { c: text } }] }, { error: new Error(text) }, inStack]) {
      for (const line of written('message', fields)) expect(line).not.toContain('hunter2')
    }
    for (const line of written(text)) expect(line).not.toContain('hunter2')
    for (const line of written('nested', { body: JSON.stringify({ body: JSON.stringify({ text }) }) })) {
      expect(line).not.toContain('hunter2')
    }
  })

  it.each([
    'api_key',
    'apiKey',
    'token',
    'bot_token',
    'x-token',
    'password',
    'set-cookie',
    'client_secret',
    'credentials',
  ])('under the name %s is not written, whatever its type and depth', (name) => {
    for (const value of [PLANTED, [PLANTED], { deep: PLANTED }, 73313373313]) {
      for (const fields of [{ [name]: value }, { headers: { [name]: value } }, { list: [{ [name]: value }] }]) {
        for (const line of written('message', fields)) {
          expect(line).not.toContain('hunter2')
          expect(line).not.toContain('73313373313')
        }
      }
    }
  })

  it('leaves a line that is JSON', () => {
    const fields = {
      token: null,
      'x-token': 12345,
      text: '"token":"abcdef","password":123456}',
      cookie: true,
      url: 'https://a:b@c/?key=1&code=2',
      n: 123456,
    }
    const [line] = written('"secret":"x"', fields)
    expect(() => JSON.parse(line!)).not.toThrow()
    expect(JSON.parse(line!)).toMatchObject({ level: 'ERROR', n: 123456 })
  })

  it('is found in time that grows with the line, not with its square', () => {
    const row = '-'.repeat(150_000)
    expect(withoutSecrets(`${row} --token ${PLANTED}`)).toBe(`${row} --token ***`)
  })

  it('does not make ordinary words unreadable', () => {
    const text = 'token expired, 12 tokens left; the key is main:1; max_tokens: 4096, session_key=main, cookies 3'
    expect(withoutSecrets(text)).toBe(text)
  })
})

describe('a line with a field that cannot be written', () => {
  it('is written without its fields', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    const hostile = {
      get trap() {
        throw new Error('no')
      },
    }
    const lines: string[] = []
    const log = logTo((record) => void lines.push(jsonLine(record)), Date.now)
    log.error('first', { loop })
    log.error('second', { hostile })
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second'])
  })
})

describe('secrets of the config', () => {
  it('are masked wherever they stand, also in the forms of JSON and URLs, and after they were replaced', () => {
    const secrets = knownSecrets()
    expect(secrets.mask('my own "token"')).toBe('my own "token"')
    secrets.hide(['my own "token"', 'my own', 'short', '123456'])
    secrets.hide(['another one'])
    expect(secrets.mask('x my own "token" y')).toBe('x *** y')
    expect(secrets.mask(JSON.stringify({ a: 'my own "token"' }))).toBe('{"a":"***"}')
    expect(secrets.mask(`?q=${encodeURIComponent('my own "token"')}`)).toBe('?q=***')
    expect(secrets.mask('short')).toBe('short')
    expect(secrets.mask('{"a":123456,"pin":"123456"}')).toBe('{"a":123456,"pin":"***"}')
    expect(secrets.mask('another one, my own')).toBe('***, ***')
  })

  it('may hold any character', () => {
    const secrets = knownSecrets()
    const odd = ['a+b(c)[d]', '\\back\\slash', '^start$', 'x|y|z|w', '\ud800lone surrogate']
    secrets.hide(odd)
    for (const text of odd) expect(secrets.mask(`<${text}>`)).toBe('<***>')
  })
})

describe('a line of another program', () => {
  it('is masked when it is read', () => {
    expect(
      withoutSecretParts({
        level: 'WARN',
        fields: { api_key: PLANTED, url: `https://x/?token=${PLANTED}`, n: 1, s: '' },
      }),
    ).toEqual({ level: 'WARN', fields: { api_key: '***', url: 'https://x/?token=***', n: 1, s: '' } })
  })
})
