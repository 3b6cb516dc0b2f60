/** The walls of a host: strangers wake nobody, and nothing of one tenant reaches another (docs/hosting.md). */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { bearer, events, idOf, say, shareHost, status } from '../support/host-client.ts'
import { hosts } from '../support/hosted-target.ts'
import { jsonOf } from '../support/json.ts'
import { rawRequest } from '../support/raw-connection.ts'
import type { TargetName } from '../support/targets.ts'

describe.each(Object.keys(hosts) as TargetName[])('the walls of a host (%s)', (name) => {
  describe('strangers', () => {
    const host = shareHost(name, { baseHost: 'agents.example' })

    it('wake nobody, whatever they try', async () => {
      const token = await host().create('sleeper')
      const wrong = [
        `cgt_sleeper_${idOf(token)}_${'0'.repeat(64)}`,
        `cgt_sleeper_000000000000_${token.split('_')[3]}`,
        `cgt_nobody_${idOf(token)}_${token.split('_')[3]}`,
        'cgt_sleeper__',
        'cg_0123456789abcdef0123456789abcdef',
        '',
      ]
      const requests = [
        'GET /api/version',
        'POST /api/chat',
        'GET /api/events/live',
        'GET /login?code=sleeper.00',
        'OPTIONS /api/chat',
        'GET /t/cgt_sleeper_x/hooks/telegram',
      ]
      // Few enough that no guesser's delay adds up.
      for (const [n, presented] of wrong.entries()) {
        const request = requests[n]!
        const answer = await rawRequest(host().url, request, { authorization: `Bearer ${presented}` })
        expect([request, answer.status]).toEqual([request, [401, 401, 401, 403, 204, 401][n]])
      }
      const entry = encodeURIComponent(
        JSON.stringify({ resident: { id: 'sleeper', rev: 9 }, claims: { tokenId: idOf(token), scopes: ['owner'] } }),
      )
      for (const header of ['clawgo-entry', 'x-clawgo-claims']) {
        const forged = await rawRequest(host().url, 'GET /api/config', { [header]: entry })
        expect(forged.status).toBe(401)
      }
      expect(await host().opened()).toBe(0)
      expect(await status(host(), token)).toBe(200)
      expect(await host().opened()).toBe(1)
    })

    it('cannot raise the claims of a good token with a header', async () => {
      await host().create('modest')
      const { token } = await jsonOf(host().admin('/tenants/modest/tokens', { scopes: ['read'] }))
      const entry = encodeURIComponent(
        JSON.stringify({ resident: { id: 'modest', rev: 9 }, claims: { tokenId: idOf(token), scopes: ['owner'] } }),
      )
      const answer = await fetch(`${host().url}/api/config/rollback`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'clawgo-entry': entry },
        body: '{}',
      })
      expect(answer.status).toBe(403)
    })

    it('includes everybody but the tenant whose host name was asked for', async () => {
      const [one, two] = [await host().create('one'), await host().create('two')]
      const at = async (tenant: string, token: string) =>
        (
          await rawRequest(host().url, 'GET /api/version', {
            host: `${tenant}.agents.example:8080`,
            authorization: `Bearer ${token}`,
          })
        ).status
      expect([await at('one', one), await at('two', two)]).toEqual([200, 200])
      expect([await at('one', two), await at('two', one), await at('three', one)]).toEqual([401, 401, 401])
    })
  })

  describe('webhooks', () => {
    const host = shareHost(name, { publicUrl: 'https://agents.example' })

    it('find their tenant by the token in their address, which opens nothing else and is in no log', async () => {
      await host().create('hooked')
      const { token } = await jsonOf(host().admin('/tenants/hooked/tokens', { scopes: ['hook'] }))
      const { token: owner } = await jsonOf(host().admin('/tenants/hooked/tokens', { scopes: ['owner'] }))
      const push = (path: string, method = 'POST') =>
        fetch(host().url + path, { method, ...(method === 'POST' ? { body: '{"update_id": 1}' } : {}) })
      for (const path of [`/t/${owner}/hooks/telegram`, `/t/${token}0/hooks/telegram`, `/t/${token}`, '/t//hooks/x']) {
        expect([path, (await push(path)).status]).toEqual([path, 401])
      }
      expect(await host().opened()).toBe(0)
      // No channel is open: the tenant's own answer.
      expect((await push(`/t/${token}/hooks/telegram`)).status).toBe(404)
      expect(await host().opened()).toBe(1)
      expect((await push(`/t/${token}/api/config`, 'GET')).status).toBe(403)
      expect((await push(`/t/${token}/api/chat`)).status).toBe(403)
      expect((await push('/hooks/telegram')).status).toBe(404)
      const { tokens } = await jsonOf(host().admin('/tenants/hooked/tokens'))
      expect(tokens.map(({ label }: { label: string }) => label)).toContain('webhooks')
      if (name === 'node') {
        expect(await readFile(join(host().storage, 'host.log'), 'utf8')).not.toContain(token.split('_')[3])
      }
    })
  })

  describe('a tenant', () => {
    const host = shareHost(name)

    it('sees its own sessions, files and events only, whatever they are called', async () => {
      const [red, blue] = [await host().create('red'), await host().create('blue')]
      const watchers = await Promise.all([events(host(), red), events(host(), blue)])
      await Promise.all(watchers.map((client) => client.until(({ type }) => type === 'ready')))
      for (const [token, word] of [
        [red, 'crimson'],
        [blue, 'azure'],
      ] as const) {
        expect((await say(host(), token, 'main', `/help ${word}`)).status).toBe(200)
        const file = { path: 'note.md', content: word }
        const written = await fetch(`${host().url}/api/workspace_file?path=note.md`, {
          method: 'POST',
          ...bearer(token),
          body: JSON.stringify(file),
        })
        expect(written.status).toBe(200)
      }
      for (const [token, own, foreign] of [
        [red, 'crimson', 'azure'],
        [blue, 'azure', 'crimson'],
      ] as const) {
        const seen = await Promise.all(
          [
            '/api/workspace_file?path=note.md',
            '/api/chat/history?session=main',
            '/api/sessions',
            '/api/logs/recent',
          ].map(async (path) => (await fetch(host().url + path, bearer(token))).text()),
        )
        expect(seen[0]).toContain(own)
        expect(seen.join()).not.toContain(foreign)
      }
      for (const path of ['../blue/note.md', '../../tenants', '/etc/passwd', 'tenants/blue/note.md']) {
        const answer = await fetch(`${host().url}/api/workspace_file?path=${encodeURIComponent(path)}`, bearer(red))
        expect([path, answer.status < 500, await answer.text()]).toEqual([
          path,
          true,
          expect.not.stringContaining('azure'),
        ])
      }
      await fetch(`${host().url}/api/config`, { method: 'POST', ...bearer(red), body: await changedConfig(red) })
      await watchers[0].until(({ type }) => type === 'config_changed')
      expect(watchers[1].frames.map(({ type }) => type)).not.toContain('config_changed')
      expect(JSON.stringify(watchers[1].frames)).not.toContain('crimson')
      for (const client of watchers) client.close()
    })

    async function changedConfig(token: string): Promise<string> {
      const config = await jsonOf(fetch(`${host().url}/api/config`, bearer(token)))
      const { agents } = config
      return JSON.stringify({
        ...config,
        agents: { ...agents, defaults: { ...agents.defaults, max_tool_iterations: 9 } },
      })
    }

    it('is refused while suspended, its sockets closed, and has everything back when resumed', async () => {
      const token = await host().create('pausing')
      expect((await say(host(), token, 'main', '/help')).status).toBe(200)
      const watcher = await events(host(), token)
      await watcher.until(({ type }) => type === 'ready')
      expect((await jsonOf(host().admin('/tenants/pausing', { suspended: true }))).tenant.state).toBe('suspended')
      expect(await watcher.closed).toBe(1008)
      const refused = await fetch(`${host().url}/api/sessions`, bearer(token))
      expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('suspended')])
      await host().admin('/tenants/pausing', { suspended: false })
      const history = await fetch(`${host().url}/api/chat/history?session=main`, bearer(token))
      expect([history.status, await history.text()]).toEqual([200, expect.stringContaining('/help')])
    })

    it('is really gone when deleted, and a new one of its name begins with nothing', async () => {
      const token = await host().create('leaver')
      const secret = `needle-${name}-in-the-haystack`
      expect((await say(host(), token, 'main', `/help ${secret}`)).status).toBe(200)
      const form = new FormData()
      form.append('file', new Blob([`${secret}${'x'.repeat(9 * 1024 * 1024)}`]), 'large.txt')
      const uploaded = await jsonOf(fetch(`${host().url}/api/upload`, { method: 'POST', ...bearer(token), body: form }))
      expect(uploaded).toMatchObject({ ok: true, path: expect.not.stringContaining(host().storage) })
      const watcher = await events(host(), token)
      await watcher.until(({ type }) => type === 'ready')
      expect((await host().admin('/tenants/leaver', undefined, 'DELETE')).status).toBe(200)
      expect(await watcher.closed).toBe(1008)
      expect(await status(host(), token)).toBe(401)
      expect((await host().admin('/tenants/leaver')).status).toBe(404)
      const again = await host().create('leaver')
      expect(await status(host(), token)).toBe(401)
      const history = await (await fetch(`${host().url}/api/chat/history?session=main`, bearer(again))).text()
      expect(history).not.toContain(secret)
      await host().restart()
      for (const path of await readdir(host().storage, { recursive: true })) {
        const bytes = await readFile(join(host().storage, path)).catch(() => Buffer.alloc(0))
        expect([path, bytes.includes(secret)]).toEqual([path, false])
      }
      expect(await status(host(), again)).toBe(200)
    })

    it('whose tables cannot be brought up to date is shown, not changed, and alone in it', async () => {
      const [broken, fine] = [await host().create('broken'), await host().create('fine')]
      for (const token of [broken, fine]) await say(host(), token, 'main', `/help ${token.split('_')[1]}`)
      await host().restart(async () => {
        for (const path of await readdir(host().storage, { recursive: true })) spoil(join(host().storage, path))
      })
      const refused = await say(host(), broken, 'main', '/help again')
      expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('read-only')])
      const history = await fetch(`${host().url}/api/chat/history?session=main`, bearer(broken))
      expect([history.status, await history.text()]).toEqual([200, expect.stringContaining('/help broken')])
      expect((await say(host(), fine, 'main', '/help again')).status).toBe(200)
    })

    /** Makes a database look newer than the program where it is that of `broken`. */
    function spoil(path: string): void {
      if (!/(gateway\.db|[0-9a-f]{64}\.sqlite)$/.test(path)) return
      const db = new DatabaseSync(path)
      try {
        const [row] = db.prepare("SELECT 1 FROM message WHERE content LIKE '%/help broken%'").all()
        if (row) db.exec("UPDATE migration SET version = 999 WHERE room = 'cron'")
      } catch {
        // A shard of the directory has no messages.
      } finally {
        db.close()
      }
    }

    it('keeps its data over a restart of the host', async () => {
      const token = await host().create('stayer')
      await say(host(), token, 'main', '/help lasting')
      await host().restart()
      const history = await fetch(`${host().url}/api/chat/history?session=main`, bearer(token))
      expect(await history.text()).toContain('lasting')
    })
  })
})
