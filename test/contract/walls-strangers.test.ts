/** Whether a tenant exists is not told to a stranger: not by the answer, and not by the time it takes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { createFront, type HostForFront, SqlDirectory } from '../../src/hosting/index.ts'
import { type HostTarget, hosts } from '../support/hosted-target.ts'
import { rawRequest } from '../support/raw-connection.ts'
import type { TargetName } from '../support/targets.ts'

const NAME = 'agents.example'

/** What a stranger may present who knows, or guesses, the name of a tenant. */
const guesses = (token: string, tenant: string) => {
  const [, , id, secret] = token.split('_')
  const wrong = '0'.repeat(64)
  return {
    known: { tenant, token: `cgt_${tenant}_${id}_${wrong}` },
    'known, other token': { tenant, token: `cgt_${tenant}_0123456789ab_${secret}` },
    unknown: { tenant: 'nobody', token: `cgt_nobody_${id}_${secret}` },
  }
}

describe.each(Object.keys(hosts) as TargetName[])('a stranger at a host (%s)', (name) => {
  let host: HostTarget
  let token: string
  beforeAll(async () => {
    host = await hosts[name]({ baseHost: NAME, publicUrl: `https://${NAME}` })
    token = await host.create('somebody')
    await host.create('asleep')
    await host.admin('/tenants/asleep', { suspended: true })
  })
  afterAll(() => host?.close())

  it('gets one answer for a tenant that is there and one that is not, however it asks', async () => {
    const ways: Array<(guess: { tenant: string; token: string }) => [line: string, headers: Record<string, string>]> = [
      (guess) => ['GET /api/config', { authorization: `Bearer ${guess.token}` }],
      (guess) => ['GET /api/config', { host: `${guess.tenant}.${NAME}` }],
      (guess) => [`GET /t/${guess.token}/hooks/telegram`, {}],
      (guess) => [`GET /login?code=${guess.tenant}.${'0'.repeat(48)}`, {}],
      (guess) => [`GET /admin/tenants/${guess.tenant}`, {}],
      (guess) => ['GET /api/nothing', { authorization: `Bearer ${guess.token}` }],
    ]
    const opened = await host.opened()
    for (const [n, way] of ways.entries()) {
      const answers = await Promise.all(
        Object.values({ ...guesses(token, 'somebody'), suspended: guesses(token, 'asleep').known }).map(
          async (guess) => {
            const { status, headers, body } = await rawRequest(host.url, ...way(guess))
            const { date: _, 'x-request-id': __, ...told } = headers
            // After so many failures a refusal comes late, and then says so; the same to everybody.
            return status === 429 ? null : JSON.stringify([status, told, body]).replaceAll(guess.token, 'TOKEN')
          },
        ),
      )
      const forms = new Set(answers.filter((answer) => answer !== null))
      expect([n, forms.size, [...forms]]).toEqual([n, 1, [...forms]])
      expect([...forms].join()).not.toMatch(/somebody|nobody|asleep/)
    }
    expect(await host.opened()).toBe(opened)
  })
})

describe('the time a refusal takes', () => {
  it('does not tell whether the tenant is there', async () => {
    const db = nodeDatabase(':memory:')
    try {
      const directory = new SqlDirectory(db, Date.now)
      for (let n = 0; n < 1000; n++) {
        await directory.create({ id: `t${n}` })
        await directory.issue(`t${n}`, { scopes: ['owner'] })
      }
      await directory.create({ id: 'somebody' })
      const { token } = await directory.issue('somebody', { scopes: ['owner'] })
      const front = createFront({ ...bareHost, directory })
      const kinds = Object.values(guesses(token, 'somebody'))
      const times = kinds.map(() => [] as number[])
      for (let round = 0; round < 2000; round++) {
        for (const [n, guess] of kinds.entries()) {
          const request = new Request('http://host/api/config', { headers: { authorization: `Bearer ${guess.token}` } })
          // Each from an address of its own: nobody is slowed down.
          const began = performance.now()
          await front.receive(request, { remoteAddress: `2001:db8:${round.toString(16)}:${n}::1` })
          if (round >= 500) times[n]!.push(performance.now() - began)
        }
      }
      // How often the one takes longer than the other, side by side: 0.5 where they cannot be told apart.
      const [known, , unknown] = times as [number[], number[], number[]]
      for (const other of times.slice(1)) {
        const longer = known.filter((time, n) => time > other[n]!).length / known.length
        expect(longer).toBeGreaterThan(0.25)
        expect(longer).toBeLessThan(0.75)
      }
      expect(unknown).toHaveLength(1500)
    } finally {
      db.close()
    }
  })
})

const silent = () => undefined
const bareHost: Omit<HostForFront, 'directory'> = {
  adminToken: 'admin_0123456789abcdef',
  asset: async () => null,
  homes: {
    revoke: async () => undefined,
    changed: async () => undefined,
    destroy: async () => undefined,
    usage: async () => ({ bytes: 0, sockets: 0 }),
  },
  log: { debug: silent, info: silent, warn: silent, error: silent },
  version: '0',
  now: Date.now,
}
