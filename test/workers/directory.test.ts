import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { directory } from '../../adapters/cloudflare/directory.ts'

const acme = { gateway: 'acme-main', createdAt: 1, suspended: false }

describe('the tenant directory', () => {
  it('knows who was saved, and nobody else', async () => {
    expect(await directory(env).find('acme')).toBeNull()
    expect(await directory(env).save('acme', acme)).toEqual(acme)
    expect(await directory(env).find('acme')).toEqual(acme)
    expect(await directory(env).find('constructor')).toBeNull()
    expect(await directory(env).list()).toEqual(['acme'])
  })

  it('still knows them after the object was evicted', async () => {
    await directory(env).save('kept', { ...acme, suspended: true })
    await evictDurableObject(env.DIRECTORY.getByName('tenants'))
    expect(await directory(env).find('kept')).toEqual({ ...acme, suspended: true })
  })

  it('forgets', async () => {
    await directory(env).save('gone', acme)
    expect(await directory(env).forget('gone')).toBe(true)
    expect(await directory(env).forget('gone')).toBe(false)
    expect(await directory(env).list()).not.toContain('gone')
  })

  it('lets no request set its fields or read them', async () => {
    const stub = env.DIRECTORY.getByName('tenants')
    await directory(env).save('acme', acme)
    for (const path of ['/do/set/tenants', '/do/get-prop/tenants', '/']) {
      const response = await stub.fetch(`https://x${path}`, { headers: { 'do-content': '{}' } })
      expect(response.status).toBe(404)
    }
    expect(await directory(env).find('acme')).toEqual(acme)
  })
})
