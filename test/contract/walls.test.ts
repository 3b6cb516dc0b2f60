/**
 * The walls between the tenants of a host: each keeps a marker in every place a gateway keeps something, each asks every
 * route for what is another's, and no marker may turn up on the wrong side. The routes are those of the gateway's own
 * document. By default there are few tenants, so that the suite stays quick; `WALLS=many` has 50 on Node and 12 on workerd
 * (five minutes), `WALLS=full` sets each of these against every other with all values.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type HostTarget, hosts } from '../support/hosted-target.ts'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { rawRequest } from '../support/raw-connection.ts'
import type { TargetName } from '../support/targets.ts'
import { fillHost, foreignInAnswer, side, type Trouble, troubleOf } from '../support/wall-host.ts'
import { foreignIn, markersBelow, markersIn, PLACES } from '../support/wall-markers.ts'
import { type ApiDocument, type DocumentedRoute, requestsFor, routesOf } from '../support/wall-requests.ts'
import { WALL_CONFIG, type WallTenant } from '../support/wall-tenants.ts'
import { COVERED_ROUTES } from './covered-routes.ts'

const FULL = process.env.WALLS === 'full'
const MANY = FULL || process.env.WALLS === 'many'
const TENANTS: Record<TargetName, number> = MANY ? { node: 50, workerd: 12 } : { node: 6, workerd: 3 }
const NAME = 'agents.example'
const SLOW = { timeout: 120_000 }
/** Slowed down after each failure: asked in walls-strangers.test.ts, where slowness is looked for. */
const SLOWED = ['GET /login']

describe.each(Object.keys(hosts) as TargetName[])('the walls of a host (%s)', (name) => {
  let host: HostTarget
  let tenants: WallTenant[]
  let routes: DocumentedRoute[]
  let before: string[]

  beforeAll(async () => {
    host = await hosts[name]({ config: WALL_CONFIG, baseHost: NAME, publicUrl: `https://${NAME}` })
    tenants = await fillHost(host, TENANTS[name])
    const document: ApiDocument = await jsonOf(tenants[0]!.fetch('/api/openapi.json'))
    routes = routesOf(document).filter((route) => !SLOWED.includes(route.name))
    before = await side(tenants, 4, propertyOf)
  }, 300_000)
  afterAll(() => host?.close())

  it('stand between things that are there: every owner finds its marker in every place', async () => {
    expect(new Set(tenants.map(({ marker }) => marker)).size).toBe(TENANTS[name])
    for (const [n, tenant] of tenants.entries()) {
      expect([tenant.id, placesIn(before[n]!, tenant)]).toEqual([tenant.id, [...PLACES].sort()])
    }
  })

  it('are asked through every route there is', () => {
    expect([...routes.map((route) => route.name), ...SLOWED].sort()).toEqual(Object.keys(COVERED_ROUTES).sort())
  })

  it('let no answer through that holds anything of another, whatever is asked with its ids and paths', {
    timeout: FULL ? 7_200_000 : 600_000,
  }, async () => {
    const troubles: Trouble[] = []
    let asked = 0
    const ask = async (attacker: WallTenant, victim: WallTenant, brief: boolean) => {
      const requests = routes.flatMap((route) => requestsFor(route, victim, brief))
      asked += requests.length
      troubles.push(...(await troubleOf(attacker, requests)))
    }
    const [first, second] = tenants as [WallTenant, WallTenant]
    await ask(first, second, name === 'workerd' && !MANY)
    for (const [n, attacker] of tenants.entries()) {
      // The first asks for what is everybody else's; everybody asks for what is the next one's.
      const victims = FULL ? tenants : n === 0 ? tenants.slice(1) : [tenants[(n + 1) % tenants.length]!]
      for (const victim of victims) if (victim !== attacker) await ask(attacker, victim, !FULL)
    }
    expect(troubles).toEqual([])
    expect(asked).toBeGreaterThan(routes.length * (tenants.length * 2 - 2))
  })

  it('let nobody change what is another’s', SLOW, async () => {
    // The requests above deleted, wrote and renamed with every name there is, each in a home of its own.
    const after = await side(tenants.slice(-3), 3, propertyOf)
    for (const [n, tenant] of tenants.slice(-3).entries()) {
      expect([tenant.id, placesIn(after[n]!, tenant)]).toEqual([tenant.id, [...PLACES].sort()])
    }
  })

  it('let no path lead around them that a client would never send', SLOW, async () => {
    const [attacker, victim] = tenants as [WallTenant, WallTenant]
    const hook = await jsonOf(host.admin(`/tenants/${attacker.id}/tokens`, { scopes: ['hook'] }))
    const steps = [`../${victim.home}`, `..%2f${victim.home}`, `%2e%2e/${victim.home}`, `..%5c${victim.home}`]
    const lines = [
      ...steps.flatMap((step) => [
        `/api/docs/${step}/config.json`,
        `/console/${step}/config.json`,
        `/api/${step}/config.json`,
        `/${step}/config.json`,
        `/t/${hook.token}/${step}/config.json`,
      ]),
      ...[`/t/${hook.token}/api/config`, `/t/${hook.token}/hooks/../api/config`, `/t/${victim.id}/api/config`],
      ...[`//${victim.id}.${NAME}/api/config`, `http://${victim.id}.${NAME}/api/config`, `/tenants/${victim.home}`],
      ...[`/api/config?token=${victim.bait.token![0]}`, `/admin/tenants/${victim.id}`, `/${victim.id}/api/config`],
      ...[`/api/config;tenant=${victim.id}`, `/api/config?tenant=${victim.id}`, `/api/config%00${victim.id}`],
    ]
    for (const line of lines) {
      const answer = await rawRequest(host.url, `GET ${line}`, { authorization: `Bearer ${attacker.token}` })
      expect([line, foreignIn(JSON.stringify(answer), attacker.marker)]).toEqual([line, []])
    }
  })

  it('let in under no other name: a foreign host name, forged headers, a cookie of another', SLOW, async () => {
    const [attacker, victim] = tenants as [WallTenant, WallTenant]
    const entry = encodeURIComponent(
      JSON.stringify({
        resident: { ...{ id: victim.id, home: victim.home, rev: 99, state: 'active' }, limits: {}, features: {} },
        claims: { tokenId: victim.token.split('_')[2], scopes: ['owner'] },
      }),
    )
    const forged = { 'clawgo-entry': entry, 'x-clawgo-claims': entry, 'x-tenant': victim.id, 'cf-worker': victim.id }
    const there = `${victim.id}.${NAME}`
    const ways: Array<[headers: Record<string, string>, mayPass: boolean]> = [
      [{ host: there }, false],
      [{ host: there }, false],
      [{ host: there.toUpperCase() }, false],
      [{ host: `${there}:443` }, false],
      [{ host: there, ...forged }, false],
      [{ 'x-forwarded-host': there, forwarded: `host=${there}`, ...forged }, true],
    ]
    const own = `Bearer ${attacker.token}`
    const cookie = `clawgo_webui_token=${attacker.token}`
    const closed = routes.filter((route) => !route.open)
    for (const [n, [headers, mayPass]] of ways.entries()) {
      // All at once: after some failures each further one is answered late.
      await side(closed, closed.length, async (route) => {
        const path = route.path.replace(/\{\w+\}/g, 'x')
        // The cookie counts for requests of the page itself, which says so.
        const shown: Record<string, string> =
          n % 2 ? { cookie, 'sec-fetch-site': 'same-origin' } : { authorization: own }
        const given = { ...headers, ...shown }
        const answer = await rawRequest(host.url, `${route.method} ${path}`, given)
        expect([route.name, foreignIn(JSON.stringify(answer), attacker.marker)]).toEqual([route.name, []])
        // 429: too many failures from here by now.
        if (!mayPass) expect([route.name, given, [401, 429].includes(answer.status)]).toEqual([route.name, given, true])
      })
    }
    const { paths } = await jsonOf(host.admin('/openapi.json'))
    for (const route of routesOf({ paths })) {
      const path = route.path.replace('{id}', victim.id).replace('{token}', victim.token.split('_')[2]!)
      const answer = await attacker.fetch(path, { method: route.method, headers: forged })
      expect([route.name, [401, 429].includes(answer.status)]).toEqual([route.name, true])
      expect(await foreignInAnswer(answer, attacker.marker)).toEqual([])
    }
  })

  it('let no frame through: who watches everything hears nothing of what another does', SLOW, async () => {
    const [attacker, victim] = tenants.slice(-2) as [WallTenant, WallTenant]
    const sockets = routes.filter(({ operation }) => operation['x-websocket'])
    expect(sockets.length).toBeGreaterThan(2)
    const listen = (tenant: WallTenant) =>
      Promise.all(
        sockets.map(({ path }) =>
          connect(`${host.socketUrl}${path}?session=${victim.bait.session![0]}&provider=${victim.bait.provider![0]}`, {
            authorization: `Bearer ${tenant.token}`,
          }),
        ),
      )
    const [foreign, own] = await Promise.all([listen(attacker), listen(victim)])
    // A model that cannot be reached is named to who asks, and in the log; the change of the config is told, too.
    const raw = await jsonOf(victim.fetch('/api/config?mode=raw'))
    const { models, ...others } = raw.config ?? raw
    const provider = { api_base: 'http://127.0.0.1:2/v1', api_key: 'k', models: ['m'], timeout_sec: 1 }
    const saved = await victim.post('/api/config?mode=raw', {
      ...others,
      agents: { ...others.agents, defaults: { ...others.agents?.defaults, model: { primary: `${victim.marker}/m` } } },
      models: { ...models, providers: { ...models.providers, [victim.marker]: provider } },
    })
    expect([saved.status, await saved.text()]).toEqual([200, expect.any(String)])
    own[sockets.findIndex(({ path }) => path === '/api/chat/live')]!.send({ message: 'Hello?' })
    for (const path of ['/api/chat/live', '/api/logs/live']) {
      const { frames } = own[sockets.findIndex((socket) => socket.path === path)]!
      const told = () => [path, [...markersIn(JSON.stringify(frames))]]
      await expect.poll(told, { timeout: 20_000 }).toEqual([path, [victim.marker]])
    }
    for (const [n, { frames }] of foreign.entries()) {
      expect([sockets[n]!.path, foreignIn(JSON.stringify(frames), attacker.marker)]).toEqual([sockets[n]!.path, []])
    }
    for (const socket of [...foreign, ...own]) socket.close()
  })

  it('stand on the disk too: nothing of one is stored with another, or with the host', SLOW, async () => {
    const found = await markersBelow(host.storage)
    const homes = new Map(tenants.map(({ home, marker }) => [home, marker]))
    for (const [path, markers] of found) {
      expect([path, markers.size]).toEqual([path, 1])
      if (name === 'node') expect([path, [...markers][0]]).toEqual([path, homes.get(path.split('/')[1]!)])
      else expect(path).toMatch(/GatewayObject\/[0-9a-f]{64}\.sqlite/)
    }
    expect(new Set([...found.values()].flatMap((markers) => [...markers])).size).toBe(tenants.length)
    if (name === 'node') {
      const log = await readFile(join(host.storage, 'host.log'), 'utf8')
      for (const secret of [ADMIN_TOKEN, ...tenants.map(({ token }) => token.split('_')[3]!)])
        expect(log).not.toContain(secret)
    }
  })
})

/** Everything of a tenant, as its owner moves it out: tables and files, unmasked; and what its log shows. */
async function propertyOf(tenant: WallTenant): Promise<string> {
  const manifest = await jsonOf(tenant.fetch('/api/transfer/manifest'))
  const parts = [
    ...manifest.tables.map(({ name }: { name: string }) => `/api/transfer/chunk?table=${name}&rows=1000`),
    ...manifest.files.map(
      ({ path }: { path: string }) => `/api/transfer/chunk?path=${encodeURIComponent(path)}&offset=0`,
    ),
    '/api/logs/recent',
  ]
  const texts = await side(parts, 2, async (path) => (await tenant.fetch(path)).text())
  return texts.join('\n')
}

/** In which places the tenant's marker stands in a text. */
function placesIn(text: string, { marker }: WallTenant): string[] {
  return [...new Set([...text.matchAll(new RegExp(`${marker}-(\\w+)`, 'g'))].map(([, place]) => place!))].sort()
}
