/** Vendors that serve accounts to their own programs only: the gateway says so before anything is sent. */
import { describe, expect, it } from 'vitest'
import { accountsRefused } from './own-clients.ts'
import { accessOf } from './route.ts'
import type { ProviderSettings } from './settings.ts'

const access = (name: string, settings: ProviderSettings) => {
  const found = accessOf(name, settings, {}, false)
  return found.usable ? found : found.why
}
const file = { credential_file: 'auth/x.json' }

describe('an entry', () => {
  it.each<[string, ProviderSettings, RegExp]>([
    [
      'gemini-cli',
      { api_base: '', auth: 'oauth', oauth: { provider: 'gemini', ...file } },
      /Cloud Code.*provider gemini/,
    ],
    ['gemini-cli', { api_base: 'https://cloudcode-pa.googleapis.com', api_key: 'k' }, /Cloud Code/],
    ['antigravity', { api_base: 'https://daily-cloudcode-pa.sandbox.googleapis.com', api_key: 'k' }, /Cloud Code/],
    ['mine', { api_base: 'https://cloudcode-pa.googleapis.com', api_key: 'k' }, /Cloud Code/],
    ['mine', { api_base: '', auth: 'oauth', oauth: { provider: 'antigravity', ...file } }, /Cloud Code/],
    [
      'iflow',
      { api_base: 'https://apis.iflow.cn/v1', auth: 'oauth', oauth: { provider: 'iflow', ...file } },
      /signed.*API key/,
    ],
    ['kimi', { api_base: 'https://api.kimi.com/coding/v1', auth: 'oauth', oauth: file }, /device headers.*API key/],
  ])('%s %j says why it cannot be asked', (name, settings, why) => {
    expect(access(name, settings)).toMatch(why)
  })

  it('of the same vendor with a key is asked with the key', () => {
    const api_base = 'https://apis.iflow.cn/v1'
    expect(access('iflow', { api_base, api_key: 'k' })).toMatchObject({ usable: true, key: 'k' })
    const hybrid = { api_base, api_key: 'k', auth: 'hybrid', oauth: { provider: 'iflow', ...file } }
    expect(access('iflow', hybrid)).toMatchObject({ usable: true, key: 'k' })
    expect(access('iflow', hybrid)).not.toHaveProperty('accounts')
  })

  it('that points to a server of its owner’s is the owner’s affair', () => {
    const settings = { api_base: 'http://127.0.0.1:9/v1', auth: 'oauth', oauth: { provider: 'kimi', ...file } }
    expect(access('kimi', settings)).toMatchObject({ usable: true, accounts: true })
    expect(accountsRefused('gemini-cli', settings)).toBeUndefined()
  })

  it('of a vendor that takes accounts is not concerned', () => {
    for (const provider of ['gemini', 'claude', 'codex', 'qwen']) {
      expect(accountsRefused(provider, { api_base: '', auth: 'oauth', oauth: { provider } })).toBeUndefined()
    }
  })
})
