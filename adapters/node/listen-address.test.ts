import { describe, expect, it } from 'vitest'
import { addressUrl, listenAddress } from './listen-address.ts'

const config = { host: '127.0.0.1', port: 18790, token: 'cg_x', allow_public_without_token: false }

describe('the listening address', () => {
  it('is the config’s, unless another was asked for', () => {
    expect(listenAddress(config)).toEqual({ host: '127.0.0.1', port: 18790 })
    expect(listenAddress(config, { host: '::1', port: 0 })).toEqual({ host: '::1', port: 0 })
    expect(listenAddress({ ...config, host: ' ', port: -1 })).toEqual({ host: '0.0.0.0', port: 7788 })
  })

  it('without a token is one that only this machine reaches, or one that the config opens on purpose', () => {
    const open = { ...config, token: ' ' }
    for (const host of ['127.0.0.1', 'localhost', '::1', '[::1]'])
      expect(listenAddress({ ...open, host }).port).toBe(18790)
    for (const host of ['0.0.0.0', '', '::', '192.168.1.2', '127.evil.example']) {
      expect(() => listenAddress({ ...open, host })).toThrow(/gateway\.token is empty/)
      expect(listenAddress({ ...open, host, allow_public_without_token: true }).port).toBe(18790)
    }
    expect(() => listenAddress(open, { host: '0.0.0.0' })).toThrow(/gateway\.token is empty/)
  })

  it('is shown as a URL that works from this machine', () => {
    expect(addressUrl('0.0.0.0', 1)).toBe('http://127.0.0.1:1')
    expect(addressUrl('::', 1)).toBe('http://[::1]:1')
    expect(addressUrl(listenAddress({ ...config, host: '[::1]' }).host, 1)).toBe('http://[::1]:1')
    expect(addressUrl('gateway.lan', 1)).toBe('http://gateway.lan:1')
  })
})
