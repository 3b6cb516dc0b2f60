/** `/api/transfer/*`, and what `clawgo push` and `pull` make of it: a gateway moves, whole, and back. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { writeBackup } from '../../adapters/node/backup-write.ts'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { startNode } from '../../adapters/node/index.ts'
import { version } from '../../adapters/node/package-root.ts'
import { carry } from '../../adapters/node/transfer-copy.ts'
import { openLocalHome } from '../../adapters/node/transfer-home.ts'
import { pullHome } from '../../adapters/node/transfer-pull.ts'
import { pushHome } from '../../adapters/node/transfer-push.ts'
import { Exporter, Importer, type Manifest } from '../../src/transfer/index.ts'
import { shareHost } from '../support/host-client.ts'
import { hosts } from '../support/hosted-target.ts'
import { jsonOf } from '../support/json.ts'
import { writeOldHome } from '../support/old-home.ts'
import { post } from '../support/post.ts'
import { describeTargets, HOSTED, shareTarget, type Target, type TargetName } from '../support/targets.ts'

const TOKEN = 'cg_22222222222222222222222222222222'
const SESSIONS = 200
const FILES = 150

/** A home that an earlier program filled and a gateway took over: a few hundred sessions and files. */
async function migratedHome(root: string): Promise<string> {
  const home = join(root, 'home')
  const gateway = { host: '127.0.0.1', port: 18790, token: TOKEN }
  const sessions = await writeOldHome(home, { config: { gateway, agents: {}, logging: {} }, messages: 250 })
  for (let i = 0; i < SESSIONS; i++) {
    const line = JSON.stringify({
      type: 'message',
      message: { role: 'user', content: [{ type: 'text', text: `hi ${i}` }] },
    })
    await writeFile(join(sessions, `session-${i}.jsonl`), `${line}\n`)
  }
  for (let i = 0; i < FILES; i++) {
    const path = join(home, 'workspace', 'many', `${i % 7}`, `${i}.txt`)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `file ${i}\n`.repeat(i))
  }
  await writeFile(join(home, 'workspace', 'large.bin'), new Uint8Array(9 * 1024 * 1024).fill(3))
  const running = await startNode({ home, host: '127.0.0.1', port: 0, env: { PATH: process.env.PATH }, quiet: true })
  const moved = () => running.gateway.platform.db.query("SELECT 1 FROM import_run WHERE state = 'done'").length
  await vi.waitFor(() => expect(moved()).toBe(1), { timeout: 60_000 })
  await running.close({ graceMs: 0 })
  return home
}

async function manifestOf(home: string): Promise<Manifest> {
  const local = openLocalHome({ home, configFile: 'config.json', env: {} })
  try {
    return await new Exporter({ home: local, now: Date.now, version }).manifest()
  } finally {
    local.close()
  }
}

/** Checksums by name. */
function checksums({ tables, files }: Manifest): Record<string, string> {
  const named = [
    ...tables.map(({ name, sha256 }) => [`table ${name}`, sha256]),
    ...files.map(({ path, sha256 }) => [path, sha256]),
  ]
  return Object.fromEntries(named)
}

/** Fails as a cut connection would after `chunks` chunks. */
function cutAfter(chunks: number) {
  return ({ carried }: { carried: number }) => {
    if (carried >= chunks) throw new Error('cut')
  }
}

describe('a gateway that moves', () => {
  let root = ''
  let home = ''
  let original: Manifest
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'moving-'))
    home = await migratedHome(root)
    original = await manifestOf(home)
  }, 120_000)
  afterAll(() => rm(root, { recursive: true, force: true }))

  describeTargets('push and pull', (open, name) => {
    it('comes back identical by every checksum, with a cut in the middle of each direction', {
      timeout: 240_000,
    }, async () => {
      const target = await open()
      const from = { home, configFile: 'config.json', env: {} }
      const to = { url: target.url, token: target.token }
      await expect(pushHome({ from, to, replace: false, progress: cutAfter(60) })).rejects.toThrow('cut')
      expect((await jsonOf(target.fetch('/api/chat/history?session=session-7'))).messages).toEqual([])
      let kept = 0
      const pushed = await pushHome({
        from,
        to,
        replace: false,
        progress: ({ present }) => {
          kept = present
        },
      })
      expect(kept).toBeGreaterThanOrEqual(55)
      expect(pushed).toMatchObject({ digest: original.digest, reopened: true, left_out: [] })
      expect(pushed.sessions).toBeGreaterThan(SESSIONS)

      // The other gateway is this one now, its token included; a tenant's tokens are its host's and stay.
      const token = HOSTED ? target.token : TOKEN
      const moved = { url: target.url, token }
      const ask = (path: string) => fetch(target.url + path, { headers: { authorization: `Bearer ${token}` } })
      const listed = await jsonOf(ask('/api/sessions?limit=1000&include_internal=1'))
      expect(listed.sessions.length).toBeGreaterThan(100)
      expect((await jsonOf(ask('/api/chat/history?session=session-7'))).messages[0].content).toBe('hi 7')
      expect(await (await ask('/api/workspace_file?path=many/3/10.txt')).text()).toContain('file 10')
      expect((await jsonOf(ask('/api/cron'))).jobs.length).toBe(1)

      const back = join(root, `back-${name}`)
      const pull = { from: moved, to: { home: back, configFile: 'config.json', env: {} }, replace: false }
      await expect(pullHome({ ...pull, progress: cutAfter(60) })).rejects.toThrow('cut')
      const pulled = await pullHome({
        ...pull,
        progress: ({ present }) => {
          kept = present
        },
      })
      expect(kept).toBeGreaterThanOrEqual(55)
      expect(pulled.sessions).toBe(pushed.sessions)
      expect(checksums(await manifestOf(back))).toEqual(checksums(original))
      await expect(pullHome(pull)).rejects.toMatchObject({ code: 'not_empty' })
    })
  })
})

describeTargets('/api/transfer', (_, name) => {
  const target = shareTarget(name)
  const asked = async (answer: Response | Promise<Response>) => {
    const { status } = await answer
    return [status, await (await answer).text()]
  }
  const chunk = (t: Target, sha256: string, body: string) =>
    t.fetch(`/api/transfer/chunk?sha256=${sha256}`, { method: 'POST', body })

  it('gives a manifest and its chunks', async () => {
    const manifest = await jsonOf(target().fetch('/api/transfer/manifest'))
    const config = manifest.files.find(({ path }: { path: string }) => path === 'config.json')
    const answer = await target().fetch(`/api/transfer/chunk?path=config.json&offset=0&length=${config.size}`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream'])
    expect((await answer.arrayBuffer()).byteLength).toBe(config.size)
    const names = manifest.tables.map((table: { name: string }) => table.name)
    expect(names).toContain('session')
    for (const own of ['file', 'file_chunk', 'login_code', 'log_chunk', 'config_key']) expect(names).not.toContain(own)
  })

  it('asks for the token, everywhere', async () => {
    expect((await fetch(`${target().url}/api/transfer/manifest`)).status).toBe(401)
    expect((await fetch(`${target().url}/api/transfer/commit`, { method: 'POST' })).status).toBe(401)
  })

  it('refuses what does not travel, is damaged, or was never begun', async () => {
    expect((await target().fetch('/api/transfer/chunk?path=gateway.db')).status).toBe(404)
    expect((await target().fetch('/api/transfer/chunk?path=../x')).status).toBe(400)
    expect((await target().fetch('/api/transfer/chunk?table=login_code&rows=1')).status).toBe(404)
    expect((await target().fetch('/api/transfer/chunk?table=session&rows=1&after=x')).status).toBe(400)
    expect((await target().fetch('/api/transfer/chunk')).status).toBe(400)
    expect((await target().fetch('/api/transfer/chunk?table=session&rows=1&after=[1e300]')).status).toBe(400)
    expect((await chunk(target(), 'a'.repeat(64), 'x')).status).toBe(409)
    expect((await chunk(target(), 'nonsense', 'x')).status).toBe(400)
    expect(await asked(post(target(), '/api/transfer/commit', {}))).toEqual([409, 'no transfer has begun here\n'])
    expect((await post(target(), '/api/transfer/begin', { manifest: {} })).status).toBe(400)
  })

  it('takes itself back, and gives up when it is told to', async () => {
    const manifest = await jsonOf(target().fetch('/api/transfer/manifest'))
    const begun = await jsonOf(post(target(), '/api/transfer/begin', { manifest }))
    expect(begun.missing.length).toBeGreaterThan(1)
    expect((await chunk(target(), 'a'.repeat(64), 'x')).status).toBe(400)
    expect((await asked(post(target(), '/api/transfer/commit', {})))[0]).toBe(409)
    expect(await jsonOf(post(target(), '/api/transfer/abort', {}))).toEqual({ ok: true })
    expect(await asked(post(target(), '/api/transfer/commit', {}))).toEqual([409, 'no transfer has begun here\n'])
  })

  it('does not let a gateway that was used be replaced by mistake', async () => {
    const manifest = await jsonOf(target().fetch('/api/transfer/manifest'))
    expect((await post(target(), '/api/chat', { message: '/help' })).status).toBe(200)
    const refused = await post(target(), '/api/transfer/begin', { manifest })
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('replace')])
    expect((await post(target(), '/api/transfer/begin', { manifest, replace: true })).status).toBe(200)
  })
})

/** A home with a token, a message and a file of its own. */
async function smallHome(root: string, token: string): Promise<string> {
  const home = join(root, token)
  const running = await startNode({
    ...{ home, host: '127.0.0.1', port: 0, env: {}, quiet: true },
    initialConfig: { gateway: { token } },
  })
  await running.gateway.workspace().write('whose.md', token)
  running.gateway.chat.engine.accept('main', { text: '/help', channel: 'api', chat: '', owner: true })
  await vi.waitFor(() => expect(running.gateway.chat.engine.load.running).toBe(0))
  await running.close({ graceMs: 100 })
  return home
}

/** A network that loses the answer to the first commit. */
function losingTheCommit(): { fetch: typeof fetch; lost(): number } {
  let lost = 0
  return {
    lost: () => lost,
    async fetch(input, init) {
      const answer = await fetch(input, init)
      if (!String(input).includes('/commit') || lost > 0) return answer
      await answer.arrayBuffer()
      lost++
      throw new TypeError('fetch failed')
    },
  }
}

describeTargets('a push whose last answer is lost', (open) => {
  it('learns that it has succeeded, also where the token is another by then', async () => {
    const root = await mkdtemp(join(tmpdir(), 'lost-'))
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    const home = await smallHome(root, 'cg_of_the_home')
    const target = await open()
    const network = losingTheCommit()
    const pushed = await pushHome({
      from: { home, configFile: 'config.json', env: {} },
      to: { url: target.url, token: target.token, fetch: network.fetch },
      replace: false,
    })
    expect(network.lost()).toBe(1)
    expect(pushed).toMatchObject({ digest: (await manifestOf(home)).digest, sessions: 1, reopened: true })
  })
})

describe.each(Object.keys(hosts) as TargetName[])('tenants that move (%s host)', (name) => {
  const host = shareHost(name)
  const ask = (token: string, path: string, init: RequestInit = {}) =>
    fetch(host().url + path, { ...init, headers: { authorization: `Bearer ${token}` } })
  const say = async (token: string, message: string) =>
    (await jsonOf(ask(token, '/api/chat', { method: 'POST', body: JSON.stringify({ message }) }))).reply as string

  it('come in, go on under their own token without a restart, and go home again, and the neighbour sees nothing', async () => {
    const root = await mkdtemp(join(tmpdir(), 'tenants-'))
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    const home = await smallHome(root, 'cg_moves_in')
    const [token, neighbour] = [await host().create('mover'), await host().create('neighbour')]
    await say(neighbour, '/help')
    const before = await jsonOf(ask(neighbour, '/api/transfer/manifest'))

    const from = { home, configFile: 'config.json', env: {} }
    const to = { url: host().url, token }
    expect(await pushHome({ from, to, replace: false })).toMatchObject({ sessions: 1, reopened: true })
    expect(await (await ask(token, '/api/workspace_file?path=whose.md')).text()).toContain('cg_moves_in')
    expect((await ask('cg_moves_in', '/api/version')).status).toBe(401)

    const back = join(root, 'back')
    await pullHome({ from: to, to: { home: back, configFile: 'config.json', env: {} }, replace: false })
    // The tenant has read its config anew, and remembers that it did.
    const apart = { 'table config_revision': expect.any(String) }
    expect(checksums(await manifestOf(back))).toEqual({ ...checksums(await manifestOf(home)), ...apart })

    // It lives on, and can be replaced again, when it is meant.
    expect(await say(token, '/help')).toContain('/usage')
    await expect(pushHome({ from, to, replace: false })).rejects.toMatchObject({ status: 409 })
    expect(await pushHome({ from, to, replace: true })).toMatchObject({ sessions: 1 })
    const after = await jsonOf(ask(neighbour, '/api/transfer/manifest'))
    expect(after.digest).toBe(before.digest)
    expect(await (await ask(neighbour, '/api/workspace_file?path=whose.md')).text()).not.toContain('cg_')
  })

  it('bring no more than their host allows them', async () => {
    const root = await mkdtemp(join(tmpdir(), 'tenants-'))
    onTestFinished(() => rm(root, { recursive: true, force: true }))
    const home = await smallHome(root, 'cg_too_large')
    const push = async (id: string, limits: object) => {
      const token = await host().create(id, { limits })
      return pushHome({
        from: { home, configFile: 'config.json', env: {} },
        to: { url: host().url, token },
        replace: true,
      })
    }
    await expect(push('few-files', { file_bytes: { block: 10 } })).rejects.toMatchObject({ status: 413 })
    await expect(push('few-rows', { database_bytes: { block: 10 } })).rejects.toMatchObject({ status: 413 })
  })
})

it('a pull does not touch a home that somebody moved into while it ran', async () => {
  const root = await mkdtemp(join(tmpdir(), 'meanwhile-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const running = await startNode({
    ...{ home: join(root, 'from'), host: '127.0.0.1', port: 0, env: {}, quiet: true },
  })
  onTestFinished(() => running.close({ graceMs: 0 }))
  const home = join(root, 'to')
  const pull = pullHome({
    from: { url: running.url, token: running.token },
    to: { home, configFile: 'config.json', env: {} },
    replace: false,
    progress: () => {
      mkdirSync(home, { recursive: true })
      writeFileSync(join(home, 'config.json'), 'mine')
    },
  })
  await expect(pull).rejects.toMatchObject({ code: 'not_empty' })
  expect(await readFile(join(home, 'config.json'), 'utf8')).toBe('mine')
})

it('a home whose files are only half in place does not leave', async () => {
  const root = await mkdtemp(join(tmpdir(), 'half-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const home = await smallHome(root, 'cg_half')
  const db = nodeDatabase(join(home, 'gateway.db'))
  db.query("INSERT INTO transfer_journal (id, at, workspace) VALUES (1, 1, '')")
  db.close()
  expect(() => openLocalHome({ home, configFile: 'config.json', env: {} })).toThrow('clawgo gateway run')
  const backup = writeBackup({ home, file: join(root, 'b.tar.gz'), logs: false, version })
  await expect(backup).rejects.toMatchObject({ status: 409 })
})

it('a gateway that was killed between its tables and its files has both when it starts again', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cut-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const start = (home: string, token?: string) =>
    startNode({
      home: join(root, home),
      host: '127.0.0.1',
      port: 0,
      env: {},
      quiet: true,
      ...(token ? { initialConfig: { gateway: { token } } } : {}),
    })
  for (const [home, token] of [
    ['a', 'cg_from_a'],
    ['b', 'cg_from_b'],
  ] as const) {
    const running = await start(home, token)
    await running.gateway.workspace().write('whose.md', home)
    await running.close({ graceMs: 0 })
  }
  const [a, b] = ['a', 'b'].map((home) => openLocalHome({ home: join(root, home), configFile: 'config.json', env: {} }))
  const importer = new Importer({
    home: b!,
    now: Date.now,
    workspace: join(root, 'b', 'workspace'),
    fault: (point) => {
      if (point === 'transfer-file') throw new Error('killed')
    },
  })
  const source = new Exporter({ home: a!, now: Date.now, version })
  const target = {
    begin: (manifest: Manifest) => importer.begin(manifest),
    put: (sha256: string, bytes: Uint8Array) => importer.put(sha256, bytes),
  }
  await carry({ steady: true, manifest: () => source.manifest(), chunk: (ref) => source.chunk(ref) }, target, () => {})
  await expect(importer.commit()).rejects.toThrow('killed')
  a!.close()
  b!.close()
  const again = await start('b')
  onTestFinished(() => again.close({ graceMs: 0 }))
  expect(again.token).toBe('cg_from_a')
  expect(new TextDecoder().decode(await again.gateway.workspace().read('whose.md'))).toBe('a')
  expect(await again.gateway.platform.files.stat('transfer-staging/manifest.json')).toBeNull()
})

it('a transfer in clear to another machine is refused before anything is sent', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'push-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const from = { home: dir, configFile: 'config.json', env: {} }
  const push = (url: string) => pushHome({ from, to: { url, token: 'x' }, replace: false })
  await expect(push('http://gateway.example')).rejects.toMatchObject({ code: 'not_private' })
  await expect(push('nonsense')).rejects.toMatchObject({ code: 'bad_url' })
  await expect(push('https://gateway.example')).rejects.toMatchObject({ code: 'no_home' })
})
