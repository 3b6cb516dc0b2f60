import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from './database.ts'
import { type HostOptions, type NodeHost, startHost } from './host.ts'

let dir: string
let host: NodeHost | undefined

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'clawgo-host-'))
})
afterEach(async () => {
  await host?.close({ graceMs: 0 })
  await rm(dir, { recursive: true, force: true })
})

async function start(options: Partial<HostOptions> = {}): Promise<NodeHost> {
  host = await startHost({ dir, port: 0, adminToken: 'admin-token-of-the-test', quiet: true, ...options })
  return host
}

async function tenant(running: NodeHost, id: string) {
  await running.directory.create({ id })
  const { token } = await running.directory.issue(id, { scopes: ['owner'] })
  const ask = (path: string, body?: object) =>
    fetch(running.url + path, {
      headers: { authorization: `Bearer ${token}` },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
  return { id, ask }
}

describe('a Node host', () => {
  it('keeps no more homes open than it may, and opens a closed one again on demand', async () => {
    const running = await start({ maxOpen: 1 })
    const [a, b] = [await tenant(running, 'a'), await tenant(running, 'b')]
    for (const { ask, id } of [a, b]) expect((await ask('/api/chat', { message: `/help ${id}` })).status).toBe(200)
    expect(await (await a.ask('/api/chat/history?session=main')).text()).toContain('/help a')
    expect(running.openings).toBe(3)
  })

  it('closes an idle home, and wakes it when its time has come', async () => {
    const running = await start({ idleMs: 50 })
    const { ask } = await tenant(running, 'sleeper')
    const at = new Date(Date.now() + 2500).toISOString()
    const job = { action: 'create', name: 'soon', message: '/help', at }
    const made = await ask('/api/cron', job)
    expect([made.status, await made.text()]).toEqual([200, expect.any(String)])
    expect(running.openings).toBe(1)
    await expect.poll(() => running.openings, { timeout: 15_000, interval: 100 }).toBe(2)
    await expect
      .poll(async () => (await (await ask('/api/sessions?include_internal=1')).text()).includes('cron:'), {
        timeout: 10_000,
        interval: 100,
      })
      .toBe(true)
  })

  it('shows a tenant whose database cannot be brought up to date, changes nothing of it, and serves the others', async () => {
    const first = await start()
    const [broken, fine] = [await tenant(first, 'broken'), await tenant(first, 'fine')]
    for (const { ask } of [broken, fine]) await ask('/api/chat', { message: '/help me' })
    const { port } = first
    await first.close({ graceMs: 0 })
    const [home] = (await readdir(join(dir, 'tenants'))).filter((name) => name.startsWith('broken.'))
    const db = nodeDatabase(join(dir, 'tenants', home!, 'gateway.db'))
    db.query("UPDATE migration SET version = 999 WHERE room = 'cron'")
    db.close()
    await start({ port })
    const refused = await broken.ask('/api/chat', { message: '/help again' })
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('read-only')])
    const history = await broken.ask('/api/chat/history?session=main')
    expect([history.status, await history.text()]).toEqual([200, expect.stringContaining('/help me')])
    expect((await broken.ask('/api/workspace_file?path=AGENTS.md')).status).toBe(200)
    expect((await fine.ask('/api/chat', { message: '/help again' })).status).toBe(200)
  })

  it('is one process to a folder, and wants an admin token worth the name', async () => {
    await start()
    await expect(startHost({ dir, port: 0, adminToken: 'admin-token-of-the-test', quiet: true })).rejects.toMatchObject(
      {
        code: 'home_in_use',
      },
    )
    await expect(
      startHost({ dir: join(dir, 'other'), port: 0, adminToken: 'short', quiet: true }),
    ).rejects.toMatchObject({ code: 'weak_admin_token' })
  })
})
