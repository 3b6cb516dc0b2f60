import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { directory, SHARDS, upkeepOf } from '../../adapters/cloudflare/directory.ts'

describe('the tenant directory over its shards', () => {
  it('knows who was created, and nobody else', async () => {
    expect(await directory(env).find('acme')).toBeNull()
    const acme = await directory(env).create({ id: 'acme', name: 'Acmé ☂' })
    expect(await directory(env).find('acme')).toEqual(acme)
    expect(acme.name).toBe('Acmé ☂')
    expect(await directory(env).find('constructor')).toBeNull()
    await expect(directory(env).create({ id: 'acme' })).rejects.toMatchObject({ status: 409, code: 'tenant_exists' })
    await expect(directory(env).change('nobody', {})).rejects.toMatchObject({ status: 404 })
  })

  it('lists all shards as one, in pages', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `listed-${String(n).padStart(2, '0')}`)
    for (const id of ids) await directory(env).create({ id })
    const seen: string[] = []
    for (let after = 'listed-'; ; ) {
      const { tenants, next } = await directory(env).list({ after, limit: 7 })
      seen.push(...tenants.map(({ id }) => id).filter((id) => id.startsWith('listed-')))
      if (next === undefined || !next.startsWith('listed-')) break
      after = next
    }
    expect(seen).toEqual(ids)
    const rounds = await Promise.all(Array.from({ length: SHARDS }, (_, minute) => upkeepOf(env, minute, 50)))
    const poked = rounds.flatMap(({ slice }) => slice.map(({ id }) => id))
    expect(poked).toEqual(expect.arrayContaining(ids))
    expect(rounds.filter(({ slice }) => slice.length > 0).length).toBeGreaterThan(SHARDS / 2)
  })

  it('still knows them after its objects were evicted', async () => {
    await directory(env).create({ id: 'kept' })
    const kept = await directory(env).change('kept', { suspended: true })
    for (let shard = 0; shard < SHARDS; shard++) await evictDurableObject(env.DIRECTORY.getByName(`tenants-${shard}`))
    expect(await directory(env).find('kept')).toEqual(kept)
  })

  it('lets no request set its fields, read them, or destroy it', async () => {
    const stub = env.DIRECTORY.getByName('tenants-0')
    for (const path of ['/do/set/state', '/do/get-prop/state', '/do/call/destroy', '/do/call/persist', '/']) {
      const response = await stub.fetch(`https://x${path}`, { headers: { 'do-content': '{}' } })
      expect([path, response.status]).toEqual([path, 404])
    }
  })
})
