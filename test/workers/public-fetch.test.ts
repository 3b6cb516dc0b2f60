/** The guard of `publicFetch` inside workerd. */
import { describe, expect, it } from 'vitest'
import { createPublicFetch, publicFetch } from '../../adapters/cloudflare/public-fetch.ts'

describe('publicFetch in workerd', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://127.1/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/',
    'http://localhost/',
    'http://localhost./',
    'http://a.localhost/',
    'http://printer.local/',
    'http://db.internal/',
    'http://router/',
    'https://example.com:8443/',
    'http://8.8.8.8:25/',
  ])('refuses %s', async (url) => {
    await expect(publicFetch(new URL(url), {})).rejects.toThrow('AddressRefused')
  })

  it('refuses our own names, which would loop', async () => {
    const own = createPublicFetch(() => ['gateway.example.com'])
    await expect(own(new URL('https://gateway.example.com/'), {})).rejects.toThrow('AddressRefused')
  })

  it('lets the owner allow a private host', async () => {
    // An aborted request passes the guard and goes no further.
    const allowed = publicFetch(
      new URL('http://127.0.0.1:8080/'),
      { signal: AbortSignal.abort(new Error('passed the guard')) },
      { allow: ['127.0.0.1:8080'] },
    )
    await expect(allowed).rejects.toThrow('passed the guard')
  })
})
