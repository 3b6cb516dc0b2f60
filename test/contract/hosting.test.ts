/** The host's own API and its tokens (docs/hosting.md). */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bearer, events, idOf, shareHost, status } from '../support/host-client.ts'
import { ADMIN_TOKEN, hosts } from '../support/hosted-target.ts'
import { jsonOf } from '../support/json.ts'
import { rawRequest } from '../support/raw-connection.ts'
import type { TargetName } from '../support/targets.ts'

describe.each(Object.keys(hosts) as TargetName[])('a host (%s)', (name) => {
  describe('the admin API', () => {
    const host = shareHost(name)

    it('opens to the admin token as bearer only, in the form of every refusal', async () => {
      const ways: Record<string, string>[] = [
        {},
        { authorization: 'Bearer wrong' },
        { cookie: `clawgo_webui_token=${ADMIN_TOKEN}` },
        { authorization: `Bearer ${await host().create('outsider')}` },
      ]
      for (const headers of ways) {
        const answer = await rawRequest(host().url, 'GET /admin/tenants', headers)
        expect([answer.status, answer.body]).toEqual([401, 'unauthorized\n'])
      }
      expect((await rawRequest(host().url, `GET /admin/tenants?token=${ADMIN_TOKEN}`)).status).toBe(401)
      expect((await host().admin('/tenants')).status).toBe(200)
    })

    it('creates, shows, changes and lists tenants in pages', async () => {
      const made = await jsonOf(host().admin('/tenants', { id: 'anna', name: 'Anna Müller' }))
      expect(made.tenant).toMatchObject({ id: 'anna', name: 'Anna Müller', state: 'active', limits: {}, features: {} })
      expect(made.token).toMatch(/^cgt_anna_[0-9a-f]{12}_[0-9a-f]{64}$/)
      const limits = { turns_at_once: { block: 2 } }
      expect((await jsonOf(host().admin('/tenants/anna', { limits }))).tenant).toMatchObject({
        limits,
        name: 'Anna Müller',
      })
      expect((await jsonOf(host().admin('/tenants/anna'))).tenant.limits).toEqual(limits)
      for (const id of ['bert', 'carla', 'dora']) await host().create(id)
      const ids: string[] = []
      for (let after = ''; ; ) {
        const page = await jsonOf(host().admin(`/tenants?limit=2&after=${after}`))
        expect(page.tenants.length).toBeLessThanOrEqual(2)
        ids.push(...page.tenants.map(({ id }: { id: string }) => id))
        if (page.next === undefined) break
        after = page.next
      }
      expect(ids).toEqual(['anna', 'bert', 'carla', 'dora', 'outsider'])
    })

    it('refuses what it cannot take with a 4xx that says why', async () => {
      await host().create('taken')
      const refusals: Array<[path: string, body: unknown, status: number]> = [
        ['/tenants', { id: 'taken' }, 409],
        ['/tenants', { id: '../etc' }, 400],
        ['/tenants', { id: 'Upper' }, 400],
        ['/tenants', { id: 'a_b' }, 400],
        ['/tenants', {}, 400],
        ['/tenants', { id: 'ok', features: { root: true } }, 400],
        ['/tenants/taken', { limits: { turns_at_once: { block: -1 } } }, 400],
        ['/tenants/taken/tokens', { scopes: [] }, 400],
        ['/tenants/taken/tokens', { scopes: ['god'] }, 400],
        ['/tenants/nobody', { name: 'x' }, 404],
        ['/tenants/nobody/tokens', { scopes: ['read'] }, 404],
        ['/tenants/taken/tokens/000000000000/rotate', {}, 404],
      ]
      for (const [path, body, expected] of refusals) {
        const answer = await host().admin(path, body)
        expect([path, body, answer.status]).toEqual([path, body, expected])
        expect(await answer.text()).toMatch(/^[^\n]+\n$/)
      }
      expect((await host().admin('/tenants/nobody', undefined, 'DELETE')).status).toBe(404)
      expect((await host().admin('/tenants/nobody/usage')).status).toBe(404)
    })

    it('describes itself in an OpenAPI document that names exactly its routes', async () => {
      const { paths } = await jsonOf(host().admin('/openapi.json'))
      expect(
        Object.entries(paths as object)
          .flatMap(([path, item]) => Object.keys(item).map((m) => `${m} ${path}`))
          .sort(),
      ).toEqual([
        'delete /admin/tenants/{id}',
        'delete /admin/tenants/{id}/tokens/{token}',
        'get /admin/openapi.json',
        'get /admin/tenants',
        'get /admin/tenants/{id}',
        'get /admin/tenants/{id}/tokens',
        'get /admin/tenants/{id}/usage',
        'post /admin/tenants',
        'post /admin/tenants/{id}',
        'post /admin/tenants/{id}/tokens',
        'post /admin/tenants/{id}/tokens/{token}/rotate',
      ])
    })

    it('tells what a tenant takes up', async () => {
      const token = await host().create('user')
      expect((await jsonOf(host().admin('/tenants/user/usage'))).usage).toMatchObject({ bytes: 0, sockets: 0 })
      const watcher = await events(host(), token)
      await watcher.until(({ type }) => type === 'ready')
      const { usage } = await jsonOf(host().admin('/tenants/user/usage'))
      expect([usage.bytes > 10_000, usage.sockets]).toEqual([true, 1])
      watcher.close()
    })
  })

  describe('tokens', () => {
    const host = shareHost(name)

    it('open no more than their scopes say', async () => {
      await host().create('scoped')
      const issue = async (scope: string) =>
        (await jsonOf(host().admin('/tenants/scoped/tokens', { scopes: [scope] }))).token as string
      const [chat, read, relay, hook] = await Promise.all(['chat', 'read', 'relay', 'hook'].map(issue))
      const table: Array<[request: string, chat: number, read: number, relay: number]> = [
        ['GET /api/version', 200, 200, 200],
        ['GET /api/config', 403, 200, 403],
        ['GET /api/sessions', 200, 200, 403],
        ['GET /api/chat/history', 200, 200, 403],
        ['POST /api/chat', 200, 403, 403],
        ['POST /api/config', 403, 403, 403],
        ['POST /api/login/code', 403, 403, 403],
        ['GET /api/provider/oauth/start?provider=openai', 403, 403, 403],
        ['GET /v1/ws', 403, 403, 400],
      ]
      for (const [request, ...expected] of table) {
        const [method, path] = request.split(' ')
        const answers = await Promise.all(
          [chat!, read!, relay!].map((token) =>
            fetch(host().url + path, {
              method,
              ...bearer(token),
              ...(method === 'POST' ? { body: '{"message":"/help"}' } : {}),
            }),
          ),
        )
        expect([request, ...answers.map((answer) => answer.status)]).toEqual([request, ...expected])
        for (const answer of answers) {
          const text = await answer.text()
          if (answer.status === 403) expect(text).toMatch(/^forbidden: this token may (chat|read|relay); /)
        }
      }
      expect(await status(host(), hook!)).toBe(401)
    })

    it('expire', async () => {
      await host().create('brief')
      const { token } = await jsonOf(host().admin('/tenants/brief/tokens', { scopes: ['owner'], expires_in: 1 }))
      expect(await status(host(), token)).toBe(200)
      await expect.poll(() => status(host(), token), { timeout: 8000, interval: 200 }).toBe(401)
    })

    it('are rotated: at once, or after a grace', async () => {
      const first = await host().create('rotor')
      const rotate = async (token: string, body: object) =>
        (await jsonOf(host().admin(`/tenants/rotor/tokens/${idOf(token)}/rotate`, body))).token as string
      const second = await rotate(first, { grace: 3600 })
      expect([await status(host(), first), await status(host(), second)]).toEqual([200, 200])
      const third = await rotate(second, {})
      expect([await status(host(), second), await status(host(), third)]).toEqual([401, 200])
    })

    it('end at once when they are revoked, with their sockets, and nobody else’s', async () => {
      const owner = await host().create('revoker')
      const { token } = await jsonOf(host().admin('/tenants/revoker/tokens', { scopes: ['read'], label: 'phone' }))
      const [lost, kept] = await Promise.all([events(host(), token), events(host(), owner)])
      await Promise.all([lost, kept].map((client) => client.until(({ type }) => type === 'ready')))
      expect((await host().admin(`/tenants/revoker/tokens/${idOf(token)}`, undefined, 'DELETE')).status).toBe(200)
      expect(await lost.closed).toBe(1008)
      expect(await status(host(), token)).toBe(401)
      expect(await status(host(), owner)).toBe(200)
      const { tokens } = await jsonOf(host().admin('/tenants/revoker/tokens'))
      expect(tokens.map(({ label }: { label: string }) => label)).toEqual(['first'])
      kept.close()
    })

    it('are stored as a hash only', async () => {
      const token = await host().create('hashed')
      await status(host(), token)
      const { tokens } = await jsonOf(host().admin('/tenants/hashed/tokens'))
      expect(JSON.stringify(tokens)).not.toContain(token.split('_')[3])
      for (const path of await readdir(host().storage, { recursive: true })) {
        const bytes = await readFile(join(host().storage, path)).catch(() => Buffer.alloc(0))
        expect([path, bytes.includes(token.split('_')[3]!)]).toEqual([path, false])
      }
    })

    it('sign a browser in with a code that names its tenant; the browser’s token ends with the one that asked', async () => {
      await host().create('surfer')
      const { token } = await jsonOf(host().admin('/tenants/surfer/tokens', { scopes: ['owner'], label: 'laptop' }))
      const made = await jsonOf(fetch(`${host().url}/api/login/code`, { method: 'POST', ...bearer(token) }))
      const answer = await fetch(host().url + made.path, { redirect: 'manual' })
      expect(answer.status).toBe(303)
      const cookie = answer.headers.get('set-cookie')!.split(';')[0]!
      expect(decodeURIComponent(cookie)).toMatch(/^clawgo_webui_token=cgt_surfer_/)
      expect(cookie).not.toContain(token)
      const browser = (headers: Record<string, string> = {}) =>
        fetch(`${host().url}/api/version`, { headers: { cookie, ...headers } })
      expect((await browser()).status).toBe(200)
      expect((await browser({ origin: 'https://evil.example' })).status).toBe(401)
      expect((await fetch(host().url + made.path, { redirect: 'manual' })).status).toBe(403)
      await host().admin(`/tenants/surfer/tokens/${idOf(token)}`, undefined, 'DELETE')
      expect((await browser()).status).toBe(401)
    })
  })
})
