/** Credential files: what is read from whose, what is written, and which names are taken for one of ours. */
import { describe, expect, it } from 'vitest'
import { credentialText } from './credential.ts'
import { credentialPath, fileNameFor, shownPath } from './credential-path.ts'
import { readCredential, timeOf } from './credential-reader.ts'
import { maskedProxy, normalizedProxy } from './proxy.ts'
import { openVault } from './vault.ts'

const read = (value: unknown, provider = 'codex') =>
  readCredential(JSON.stringify(value), provider, 'auth.json', 1_700_000_000_000)
const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.x`

describe('a credential file', () => {
  it.each<[whose: string, file: object, expected: object]>([
    [
      'the original program',
      {
        ...{ provider: 'codex', type: 'codex', access_token: 'a', refresh_token: 'r', account_id: 'id', email: 'e' },
        ...{ expire: '2026-06-01T12:00:00Z', last_refresh: '2026-05-10T12:00:00Z', models: ['m'], scope: 's' },
      },
      {
        access_token: 'a',
        account_id: 'id',
        email: 'e',
        expiresAt: Date.UTC(2026, 5, 1, 12),
        models: ['m'],
        scope: 's',
      },
    ],
    [
      'Codex CLI',
      {
        OPENAI_API_KEY: null,
        tokens: {
          ...{ access_token: 'a', refresh_token: 'r', account_id: 'acc' },
          id_token: jwt({ email: 'e@x', 'https://api.openai.com/auth': { chatgpt_account_id: 'other' } }),
        },
      },
      { access_token: 'a', refresh_token: 'r', account_id: 'acc', email: 'e@x', expiresAt: null },
    ],
    [
      'Claude Code',
      { claudeAiOauth: { accessToken: 'a', refreshToken: 'r', expiresAt: 1_800_000_000_000, scopes: ['x', 'y'] } },
      { access_token: 'a', refresh_token: 'r', expiresAt: 1_800_000_000_000, scope: 'x y' },
    ],
    [
      'Gemini CLI',
      { access_token: 'a', refresh_token: 'r', expiry_date: 1_800_000_000_000, scope: 's', token_type: 'Bearer' },
      { access_token: 'a', expiresAt: 1_800_000_000_000 },
    ],
    [
      'Qwen Code',
      { access_token: 'a', refresh_token: 'r', expiry_date: 1_800_000_000_000, resource_url: 'portal.qwen.ai' },
      { resource_url: 'portal.qwen.ai', expiresAt: 1_800_000_000_000 },
    ],
    [
      'an exporter that nests',
      { label: 'me', projectId: 'p', auth: { access_token: 'a', expired: 1_800_000_000 }, http_proxy: 'http://p' },
      { email: 'me', project_id: 'p', expiresAt: 1_800_000_000_000, network_proxy: 'http://p' },
    ],
    [
      'an earlier bug',
      { access_token: 'a', account_id: 'map[chatgpt_account_id:x]', email: '<nil>' },
      { account_id: '', email: '' },
    ],
  ])('of %s is understood', (_whose, file, expected) => {
    expect(read(file)).toMatchObject(expected)
  })

  it('keeps what nobody here knows, but no client and no address', () => {
    const file = {
      access_token: 'old',
      token: { access_token: 'a', refresh_token: 'r', client_secret: 's3', token_uri: 'http://evil', api_key: 'k' },
      note: 'mine',
    }
    const text = credentialText(read(file, 'gemini'))
    expect(JSON.parse(text)).toMatchObject({ access_token: 'a', token: { api_key: 'k' }, note: 'mine' })
    expect(text).not.toMatch(/s3|evil|old/)
    expect(read(JSON.parse(text), 'gemini')).toMatchObject({ access_token: 'a', refresh_token: 'r' })
  })

  it('comes back as it was written', () => {
    const credential = {
      ...read({ access_token: 'a', refresh_token: 'r', expire: '2027-01-01T00:00:00Z' }),
      disabled: true,
    }
    expect(read(JSON.parse(credentialText(credential)))).toEqual(credential)
  })

  it('says when it holds no token', () => {
    expect(() => read({ email: 'x' })).toThrow('auth.json missing access_token/refresh_token in auth.json')
    expect(() => readCredential('{"access_token":"secret', 'codex', 'f.json', 0)).toThrow(/^f.json is no JSON object/)
  })

  it.each([
    [1_800_000_000, 1_800_000_000_000],
    ['1800000000', 1_800_000_000_000],
    ['2027-01-15T08:00:00Z', 1_800_000_000_000],
    ['soon', null],
    [0, null],
    [null, null],
  ])('dates itself by %j', (value, expected) => expect(timeOf(value)).toBe(expected))
})

describe('the name of a credential file', () => {
  const names = { home: '/home/u/.clawgo', userHome: '/home/u' }
  it.each([
    ['/home/u/.clawgo/auth/a.json', 'auth/a.json'],
    ['~/.clawgo/auth/a.json', 'auth/a.json'],
    ['auth/a.json', 'auth/a.json'],
    ['/home/old/.clawgo/auth/a.json', 'auth/a.json'],
    ['/home/u/.clawgo/config.json', null],
    ['/etc/passwd', null],
    ['auth/../config.json', null],
    ['/home/u/.clawgo/auth/../auth/a.json', null],
    ['auth/deep/a.json', null],
    ['auth', null],
    ['', null],
  ])('%s', (given, expected) => expect(credentialPath(given, names)).toBe(expected))

  it('is the same on the edge, where the home is /', () => {
    expect(credentialPath('/auth/a.json', { home: '/' })).toBe('auth/a.json')
    expect(shownPath('auth/a.json', { home: '/' })).toBe('/auth/a.json')
  })

  it('comes from the label, and never meets another', () => {
    const taken = new Set(['auth/codex-at-work.json', 'auth/codex-at-work-20231114-221320.json'])
    const name = (label: string) => fileNameFor('codex', label, (path) => taken.has(path), 1_700_000_000_000)
    expect(name('Home/../x')).toBe('auth/codex-home-x.json')
    expect(name('At Work!')).toBe('auth/codex-at-work-20231114-221320-2.json')
    expect(name('日本')).toBe('auth/codex-account.json')
  })
})

describe('a vault', () => {
  const [first, second] = ['11'.repeat(32), btoa(String.fromCharCode(...new Uint8Array(32).fill(9)))]

  it('without a key leaves files as they are', async () => {
    const plain = openVault(undefined)
    expect(await plain.seal('auth/a.json', '{}')).toBe('{}')
    expect(await plain.open('auth/a.json', '{}')).toEqual({ text: '{}', current: true })
  })

  it('opens only what it sealed, under the name it was sealed for', async () => {
    const vault = openVault(first)
    const sealed = await vault.seal('auth/a.json', '{"access_token":"a"}')
    expect(sealed).not.toContain('access_token')
    expect(await vault.open('auth/a.json', sealed)).toEqual({ text: '{"access_token":"a"}', current: true })
    await expect(vault.open('auth/b.json', sealed)).rejects.toThrow('moved here')
    await expect(openVault(second).open('auth/a.json', sealed)).rejects.toThrow('another CLAWGO_AUTH_KEY')
    await expect(openVault('').open('auth/a.json', sealed)).rejects.toThrow('set CLAWGO_AUTH_KEY')
  })

  it('reads older keys and plain files, and says that they should be written again', async () => {
    const old = await openVault(first).seal('auth/a.json', '{}')
    expect(await openVault(`${second},${first}`).open('auth/a.json', old)).toEqual({ text: '{}', current: false })
    expect(await openVault(second).open('auth/a.json', '{}')).toEqual({ text: '{}', current: false })
  })

  it('wants a real key', () => {
    for (const weak of ['password', 'abcd', 'zz'.repeat(32)]) expect(() => openVault(weak)).toThrow('must be 32 bytes')
  })
})

describe('a network proxy', () => {
  it.each([
    ['proxy.example:8080', 'http://proxy.example:8080', 'http://proxy.example:8080'],
    ['socks5://u:pw@p.example:1', 'socks5://u:pw@p.example:1', 'socks5://u:%2A%2A%2A@p.example:1'],
    ['http://lonely@p.example', 'http://lonely@p.example', 'http://%2A%2A%2A@p.example'],
    ['', '', ''],
  ])('%s', (given, normal, shown) => {
    expect(normalizedProxy(given)).toBe(normal)
    expect(maskedProxy(normal)).toBe(shown)
  })
})
