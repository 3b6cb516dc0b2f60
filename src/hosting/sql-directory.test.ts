import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { sha256Hex } from '../http/index.ts'
import { SqlDirectory } from './sql-directory.ts'
import { parseToken } from './token.ts'
import { dueTenants, halfDeleted, markClosed, markOpen, nextDue, nextSlice, recoverOpen } from './upkeep.ts'

let db: NodeDatabase
let directory: SqlDirectory
let now: number

beforeEach(async () => {
  now = Date.UTC(2026, 0, 2)
  db = nodeDatabase(':memory:')
  directory = new SqlDirectory(db, () => now)
  await directory.create({ id: 'acme' })
})
afterEach(() => db.close())

async function admit(token: string) {
  const { tenant, id, secret } = parseToken(token)!
  return directory.admit(tenant, id, await sha256Hex(secret))
}

describe('tokens', () => {
  it('admit with their scopes, until they expire', async () => {
    const { token } = await directory.issue('acme', { scopes: ['read', 'chat'], expiresAt: now + 1000 })
    expect(await admit(token)).toMatchObject({ tenant: { id: 'acme' }, scopes: ['read', 'chat'] })
    now += 1000
    expect(await admit(token)).toBeNull()
  })

  it('admit nobody with another secret, another tenant, or another id', async () => {
    await directory.create({ id: 'other' })
    const { token } = await directory.issue('acme', { scopes: ['owner'] })
    const { token: second } = await directory.issue('acme', { scopes: ['owner'] })
    const [, , id, secret] = token.split('_') as [string, string, string, string]
    const foreignSecret = second.split('_')[3]
    expect(await admit(`cgt_acme_${id}_${foreignSecret}`)).toBeNull()
    expect(await admit(`cgt_other_${id}_${secret}`)).toBeNull()
    expect(await admit(`cgt_acme_${'0'.repeat(12)}_${secret}`)).toBeNull()
  })

  it('live on for the grace of a rotation, never longer than they would have', async () => {
    const { token, record } = await directory.issue('acme', { scopes: ['owner'], expiresAt: now + 500 })
    const rotated = await directory.rotate('acme', record.id, 60_000)
    expect(rotated.ended).toEqual([])
    expect([await admit(token), await admit(rotated.token)]).toEqual([expect.anything(), expect.anything()])
    now += 500
    expect(await admit(token)).toBeNull()
  })

  it('end with the token whose sign-in code they came from, over generations', async () => {
    const { record } = await directory.issue('acme', { scopes: ['owner'], expiresAt: now + 9000 })
    await directory.keepCode('acme', record.id, 'code-1', now + 1000)
    const child = await directory.redeemCode('acme', 'code-1', { label: 'browser', expiresAt: now + 99_000 })
    expect(child?.record).toMatchObject({ scopes: ['owner'], expiresAt: now + 9000 })
    expect(await directory.redeemCode('acme', 'code-1', { label: 'browser', expiresAt: now + 99_000 })).toBeNull()
    await directory.keepCode('acme', child!.record.id, 'code-2', now + 1000)
    const grandchild = await directory.redeemCode('acme', 'code-2', { label: 'browser', expiresAt: now + 99_000 })
    await directory.keepCode('acme', grandchild!.record.id, 'code-3', now + 1000)
    const ended = await directory.revoke('acme', record.id)
    expect(ended.sort()).toEqual([record.id, child!.record.id, grandchild!.record.id].sort())
    expect(await admit(grandchild!.token)).toBeNull()
    expect(await directory.redeemCode('acme', 'code-3', { label: 'browser', expiresAt: now + 99_000 })).toBeNull()
  })
})

describe('a tenant', () => {
  it('being deleted is refused at once, and its id is free when all is gone', async () => {
    const { token } = await directory.issue('acme', { scopes: ['owner'] })
    const deleting = await directory.beginDelete('acme')
    expect(await admit(token)).toBeNull()
    await expect(directory.create({ id: 'acme' })).rejects.toMatchObject({ status: 409 })
    await expect(directory.change('acme', { suspended: false })).rejects.toMatchObject({ status: 404 })
    expect(halfDeleted(db).map(({ id }) => id)).toEqual(['acme'])
    await directory.endDelete(deleting.home, 'acme')
    expect((await directory.create({ id: 'acme' })).home).not.toBe(deleting.home)
  })

  it('is due when its home was closed with a time, and after a crash while it was open', async () => {
    const acme = (await directory.find('acme'))!
    markClosed(db, acme, now + 5000)
    expect([dueTenants(db, now, 9).length, nextDue(db, now)]).toEqual([0, now + 5000])
    expect(dueTenants(db, now + 5000, 9).map(({ id }) => id)).toEqual(['acme'])
    markOpen(db, acme)
    expect([dueTenants(db, now + 5000, 9).length, nextDue(db, now)]).toEqual([0, null])
    recoverOpen(db)
    expect(dueTenants(db, now, 9).map(({ id }) => id)).toEqual(['acme'])
    await directory.change('acme', { suspended: true })
    expect(dueTenants(db, now, 9)).toEqual([])
  })
})

describe('upkeep', () => {
  it('goes round all tenants in slices, and begins again', async () => {
    for (const id of ['b', 'c', 'd', 'e']) await directory.create({ id })
    const rounds = [1, 2, 3, 4].map(() => nextSlice(db, 2).map(({ id }) => id))
    expect(rounds).toEqual([['acme', 'b'], ['c', 'd'], ['e'], ['acme', 'b']])
  })
})
