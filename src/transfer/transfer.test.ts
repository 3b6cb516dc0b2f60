import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { openVault } from '../accounts/index.ts'
import { migrateTables } from '../gateway-home.ts'
import type { TransferHome } from './contents.ts'
import { Exporter } from './exporter.ts'
import { chunksOf, digestOf, listSha256, type Manifest, sha256Of } from './format.ts'
import { Importer, type ImporterDeps } from './importer.ts'
import { portableTables } from './tables.ts'

const KEY = 'ab'.repeat(32)
const OTHER_KEY = 'cd'.repeat(32)

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'transfer-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function home({ key = '', configFile = 'config.json', elsewhere = false } = {}): Promise<TransferHome> {
  const dir = await folder()
  const db = nodeDatabase(join(dir, 'gateway.db'))
  onTestFinished(() => db.close())
  migrateTables(db)
  const files = openNodeFiles(dir)
  await files.write(configFile, '{"gateway":{"token":"cg_a"}}\n')
  const workspace = openNodeFiles(elsewhere ? await folder() : join(dir, 'workspace'))
  return { db, files, workspace, configFile, logFolder: 'logs', vault: openVault(key) }
}

/** Sessions with messages, rows with blobs, numbers and odd texts, files large and small. */
async function fill({ db, files, workspace }: TransferHome, sessions = 30): Promise<void> {
  db.transaction(() => {
    for (let id = 1; id <= sessions; id++) {
      db.query(
        "INSERT INTO session (id, key, kind, last_seq, created_at, updated_at) VALUES (?, ?, 'main', 4, 1, 1)",
        id,
        `s:${id} "ü"\n`,
      )
      for (let seq = 1; seq <= 4; seq++) {
        const content = seq === 4 && id % 10 === 0 ? 'long '.repeat(80_000) : `message ${seq} 🌊 \u0000 end`
        db.query("INSERT INTO message (id, role, content, at) VALUES (?, 'user', ?, 1.5)", id * 1e9 + seq, content)
      }
    }
  })
  db.query("INSERT INTO agenda (kind, key, due_at) VALUES ('cron', 'a', 5)")
  await files.write('auth/a.json', '{"access_token":"at"}')
  await files.write('uploads/big.bin', new Uint8Array(9 * 1024 * 1024).fill(7))
  await files.write('empty.txt', '')
  await workspace.write('AGENTS.md', '# Agent\n')
  await workspace.write('memory/2026.md', 'tea\n')
  await workspace.write('deep/er/est.bin', new Uint8Array([0, 255, 10]))
}

const exporter = (from: TransferHome) => new Exporter({ home: from, now: () => 0, version: 'test' })
const importer = (to: TransferHome, more: Partial<ImporterDeps> = {}) =>
  new Importer({ home: to, now: () => 0, workspace: '', ...more })

/** Hands over what is missing; at most `limit` chunks. */
async function carry(from: Exporter, to: Importer, manifest: Manifest, missing: readonly string[], limit = Infinity) {
  const wanted = new Set(missing.slice(0, limit))
  for (const { name, chunks } of manifest.tables) {
    for (const { sha256, after, rows } of chunks) {
      if (wanted.delete(sha256)) await to.put(sha256, await from.chunk({ table: name, after, rows }))
    }
  }
  for (const { path, chunks } of manifest.files) {
    let offset = 0
    for (const { sha256, bytes } of chunks) {
      if (wanted.delete(sha256)) await to.put(sha256, await from.chunk({ path, offset, length: bytes }))
      offset += bytes
    }
  }
}

async function moved(from: TransferHome, to: TransferHome): Promise<Manifest> {
  const source = exporter(from)
  const manifest = await source.manifest()
  const target = importer(to)
  await carry(source, target, manifest, await target.begin(manifest))
  await target.commit()
  return manifest
}

describe('a home in the portable form', () => {
  it('is the same on the other side, by every checksum', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a)
    const manifest = await moved(a, b)
    const there = await exporter(b).manifest()
    expect(there.tables).toEqual(manifest.tables)
    expect(there.files).toEqual(manifest.files)
    expect(there.digest).toBe(manifest.digest)
    expect(there.clocks).toEqual([{ kind: 'cron', key: 'a', due_at: 5 }])
    expect(manifest.files.map(({ path }) => path)).toEqual([
      'auth/a.json',
      'config.json',
      'empty.txt',
      'uploads/big.bin',
      'workspace/AGENTS.md',
      'workspace/deep/er/est.bin',
      'workspace/memory/2026.md',
    ])
    expect(await b.files.stat('transfer-staging/manifest.json')).toBeNull()
    expect(b.db.query('SELECT count(*) AS n FROM search_backlog')).toEqual([{ n: 30 }])
  })

  it('has chunks of the promised size, and the same digest whenever it is asked', async () => {
    const a = await home()
    await fill(a)
    const first = await exporter(a).manifest()
    const sizes = first.tables.flatMap(({ chunks }) => chunks.map(({ bytes }) => bytes))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024)
    expect(first.files.find(({ path }) => path === 'uploads/big.bin')!.chunks).toHaveLength(2)
    expect((await exporter(a).manifest()).digest).toBe(first.digest)
    a.db.query("UPDATE session SET summary = 'x' WHERE id = 7")
    expect((await exporter(a).manifest()).digest).not.toBe(first.digest)
  })

  it('leaves out what belongs to a runtime or a machine', async () => {
    const a = await home()
    const names = portableTables(a.db).map(({ name }) => name)
    for (const name of [
      'login_code',
      'config_key',
      'migration',
      'message_search',
      'message_search_data',
      'transfer_journal',
    ])
      expect(names).not.toContain(name)
    expect(names).toEqual(expect.arrayContaining(['session', 'message', 'turn', 'cron_job', 'usage_day']))
    await a.files.write('gateway.pid', '1')
    await a.files.write('logs/clawgo.log', 'x')
    await a.files.write('backups/b.tar.gz', 'x')
    expect((await exporter(a).manifest()).files.map(({ path }) => path)).toEqual(['config.json'])
    await expect(exporter(a).chunk({ path: 'gateway.pid', offset: 0, length: 9 })).rejects.toMatchObject({
      status: 404,
    })
    await expect(exporter(a).chunk({ table: 'config_key', after: null, rows: 1 })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('goes on after a cut with what is still missing', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a)
    const source = exporter(a)
    const manifest = await source.manifest()
    const first = importer(b)
    const missing = await first.begin(manifest)
    await carry(source, first, manifest, missing, 5)
    await expect(first.commit()).rejects.toMatchObject({ status: 409 })
    const again = importer(b)
    const left = await again.begin(manifest)
    expect(left).toHaveLength(missing.length - 5)
    await carry(source, again, manifest, left)
    expect(await again.commit()).toMatchObject({ sessions: 30, digest: manifest.digest })
  })

  it('replaces what was there only when it may, and then all of it', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    await fill(b, 12)
    await b.workspace.write('AGENTS.md/was-a-folder.txt', 'x').catch(() => undefined)
    await b.workspace.write('mine.md', 'old')
    await b.files.write('empty.txt/now-a-folder', 'x').catch(() => undefined)
    const source = exporter(a)
    const manifest = await source.manifest()
    await expect(importer(b).begin(manifest)).rejects.toMatchObject({ code: 'not_empty', status: 409 })
    const target = importer(b)
    await carry(source, target, manifest, await target.begin(manifest, { replace: true }))
    await target.commit()
    expect((await exporter(b).manifest()).digest).toBe(manifest.digest)
    expect(await b.workspace.stat('mine.md')).toBeNull()
  })

  it('touches nothing before everything is verified', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    await fill(b, 12)
    const before = await exporter(b).manifest()
    const source = exporter(a)
    const manifest = await source.manifest()
    const target = importer(b, {
      fault: (point) => {
        if (point === 'transfer-verified') throw new Error('cut')
      },
    })
    await carry(source, target, manifest, await target.begin(manifest, { replace: true }))
    await expect(target.put('0'.repeat(64), new Uint8Array([1]))).rejects.toMatchObject({ status: 400 })
    await expect(target.commit()).rejects.toThrow('cut')
    expect((await exporter(b).manifest()).digest).toBe(before.digest)
    await target.abort()
    expect((await exporter(b).manifest()).digest).toBe(before.digest)
    expect(b.db.query("SELECT name FROM sqlite_master WHERE name LIKE 'transfer_stage%'")).toEqual([])
  })

  it('ends a swap that a crash cut off, wherever it did', async () => {
    for (const nth of [0, 1, 4]) {
      const [a, b] = [await home(), await home()]
      await fill(a, 3)
      await fill(b, 5)
      const source = exporter(a)
      const manifest = await source.manifest()
      let left = nth
      const target = importer(b, {
        fault: (point) => {
          if (point === (nth === 0 ? 'transfer-swapped' : 'transfer-file') && left-- <= 1) throw new Error('cut')
        },
      })
      await carry(source, target, manifest, await target.begin(manifest, { replace: true }))
      await expect(target.commit()).rejects.toThrow('cut')
      expect(await importer(b).resume()).toBe(true)
      expect((await exporter(b).manifest()).digest).toBe(manifest.digest)
      expect(await importer(b).resume()).toBe(false)
    }
  })

  it('refuses a manifest that does not add up, leads out, or comes from other tables', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    const manifest = await exporter(a).manifest()
    const digest = (changed: Manifest) => importer(b).begin(changed)
    await expect(digest({ ...manifest, digest: 'f'.repeat(64) })).rejects.toMatchObject({ status: 400 })
    for (const path of ['../x', '/etc/passwd', 'gateway.db', 'lock.db', 'transfer-staging/x', 'con', 'workspace/a:b']) {
      const files = manifest.files.map((file, i) => (i === 0 ? { ...file, path } : file))
      const bad = { ...manifest, files }
      await expect(digest({ ...bad, digest: await digestOf(bad) })).rejects.toThrow()
    }
    const schema = { ...manifest.schema, chat: 99 }
    await expect(digest({ ...manifest, schema })).rejects.toMatchObject({ code: 'other_schema', status: 409 })
    expect(chunksOf(manifest).size).toBeGreaterThan(3)
  })

  it('refuses to leave while turns run', async () => {
    const a = await home()
    a.db.query("INSERT INTO turn (session, state, input, accepted_at) VALUES (1, 'accepted', '{}', 1)")
    await expect(exporter(a).manifest()).rejects.toMatchObject({ code: 'busy', status: 409 })
  })
})

describe('credentials', () => {
  it('are opened with the key of one home and sealed with the key of the other', async () => {
    const [a, b] = [await home({ key: KEY }), await home({ key: OTHER_KEY })]
    const text = '{"access_token":"secret"}'
    await a.files.write('auth/a.json', await a.vault.seal('auth/a.json', text))
    const manifest = await moved(a, b)
    const stored = new TextDecoder().decode(await b.files.read('auth/a.json'))
    expect(stored).not.toContain('secret')
    expect((await b.vault.open('auth/a.json', stored)).text).toBe(text)
    expect((await exporter(b).manifest()).digest).toBe(manifest.digest)
  })

  it('that no key opens stop the transfer, with what is missing', async () => {
    const a = await home()
    await a.files.write('auth/a.json', await openVault(KEY).seal('auth/a.json', '{}'))
    await expect(exporter(a).manifest()).rejects.toMatchObject({
      status: 409,
      message: expect.stringContaining('CLAWGO_AUTH_KEY'),
    })
  })
})

it('a config of another name travels as config.json', async () => {
  const [a, b] = [await home({ configFile: 'mine.json' }), await home({ configFile: 'theirs.json' })]
  await moved(a, b)
  expect(new TextDecoder().decode(await b.files.read('theirs.json'))).toContain('cg_a')
})

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const sessionsOf = ({ db }: TransferHome) => db.query<{ n: number }>('SELECT count(*) AS n FROM session')[0]!.n

/** A manifest whose sums are right, whatever it says. */
async function signed(manifest: Manifest): Promise<Manifest> {
  return { ...manifest, digest: await digestOf(manifest) }
}

/** The manifest with one chunk of a table in place of its own, and that chunk. */
async function withChunk(manifest: Manifest, table: string, lines: unknown[][]): Promise<[Manifest, Uint8Array]> {
  const bytes = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const chunks = [{ sha256: await sha256Of(bytes), bytes: bytes.length, rows: lines.length, after: null }]
  const changed = { rows: lines.length, sha256: await listSha256(chunks), chunks }
  const tables = manifest.tables.map((entry) => (entry.name === table ? { ...entry, ...changed } : entry))
  return [await signed({ ...manifest, tables }), bytes]
}

describe('what a home takes in', () => {
  it('is what was begun and nothing else', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    const target = importer(b)
    const stray = new TextEncoder().encode('stray')
    const put = async () => target.put(await sha256Of(stray), stray)
    await expect(put()).rejects.toMatchObject({ status: 409, code: 'nothing_begun' })
    const manifest = await exporter(a).manifest()
    await target.begin(manifest)
    await expect(put()).rejects.toMatchObject({ status: 400 })
    expect(await b.files.stat('transfer-staging/chunks')).toBeNull()
    // A life later it knows as much.
    await expect(importer(b).put(await sha256Of(stray), stray)).rejects.toMatchObject({ status: 400 })
  })

  it('is held to the size it was announced with', async () => {
    const [a, b] = [await home(), await home()]
    const manifest = await exporter(a).manifest()
    const config = manifest.files.find(({ path }) => path === 'config.json')!
    const { sha256 } = config.chunks[0]!
    const small = { ...config, size: 1, chunks: [{ sha256, bytes: 1 }] }
    const files = manifest.files.map((file) => (file === config ? small : file))
    const target = importer(b)
    await target.begin(await signed({ ...manifest, files }))
    const bytes = await exporter(a).chunk({ path: 'config.json', offset: 0, length: 1000 })
    await expect(target.put(sha256, bytes)).rejects.toMatchObject({ status: 400 })
  })

  it('has each name once, no file within a file, and nothing that is the gateway itself in other letters', async () => {
    const [a, b] = [await home(), await home({ configFile: 'mine.json' })]
    await fill(a, 1)
    const manifest = await exporter(a).manifest()
    const begin = async (changed: Partial<Manifest>) => importer(b).begin(await signed({ ...manifest, ...changed }))
    const file = manifest.files.find(({ path }) => path === 'workspace/AGENTS.md')!
    const refused = { status: 400 }
    await expect(begin({ files: [...manifest.files, file] })).rejects.toMatchObject(refused)
    await expect(begin({ tables: [...manifest.tables, manifest.tables[0]!] })).rejects.toMatchObject(refused)
    for (const path of ['workspace/AGENTS.md/x', 'Gateway.db', 'Transfer-Staging/x', 'CONFIG.json', 'Workspace/x']) {
      await expect(begin({ files: [...manifest.files, { ...file, path }] }), path).rejects.toMatchObject(refused)
    }
    await expect(begin({ files: [...manifest.files, { ...file, path: 'mine.json' }] })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('is refused as the sender’s fault where the tables refuse it, and all is as it was', async () => {
    const [a, b] = [await home(), await home()]
    await fill(b, 2)
    const before = await exporter(b).manifest()
    const manifest = await exporter(a).manifest()
    const columns = manifest.tables.find(({ name }) => name === 'cron_imported')!.columns
    expect(columns).toEqual(['id'])
    for (const lines of [[[null]], [['same'], ['same']], [[{ b: '*' }]], [[1e20]], [['b'], ['a']]]) {
      const [bad, bytes] = await withChunk(manifest, 'cron_imported', lines)
      const target = importer(b)
      await target.begin(bad, { replace: true })
      const source = exporter(a)
      await target.put(await sha256Of(bytes), bytes)
      await carry(source, target, bad, [...chunksOf(manifest).keys()])
      await expect(target.commit(), JSON.stringify(lines)).rejects.toMatchObject({ status: 400, code: 'damaged' })
    }
    expect((await exporter(b).manifest()).digest).toBe(before.digest)
  })

  it('does not replace a home that somebody began to use meanwhile', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    const source = exporter(a)
    const manifest = await source.manifest()
    const target = importer(b)
    await carry(source, target, manifest, await target.begin(manifest))
    b.db.query("INSERT INTO session (key, kind, created_at, updated_at) VALUES ('mine', 'main', 1, 1)")
    await expect(target.commit()).rejects.toMatchObject({ status: 409, code: 'not_empty' })
    expect(sessionsOf(b)).toBe(1)
  })

  it('leaves nothing of the old gateway, also in a table that the new one does not name', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 1)
    b.db.query("INSERT INTO usage_day (day, model, input) VALUES ('2026-11-23', 'old', 7)")
    const source = exporter(a)
    const all = await source.manifest()
    const manifest = await signed({ ...all, tables: all.tables.filter(({ name }) => name !== 'usage_day') })
    const target = importer(b)
    await carry(source, target, manifest, await target.begin(manifest, { replace: true }))
    await target.commit()
    expect(b.db.query('SELECT * FROM usage_day')).toEqual([])
  })

  it('is laid ready in portions, and a portion that is lost with its life is done again', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a)
    const source = exporter(a)
    const manifest = await source.manifest()
    let target = importer(b)
    await carry(source, target, manifest, await target.begin(manifest))
    const seen: number[] = []
    for (let left = await target.load(400_000); left; left = await target.load(400_000)) {
      if (seen.push(left.loaded) === 2) target = importer(b)
    }
    expect(seen.length).toBeGreaterThan(3)
    expect(seen[2]).toBe(seen[0])
    expect(await target.commit()).toMatchObject({ digest: manifest.digest })
    expect((await exporter(b).manifest()).digest).toBe(manifest.digest)
  })

  it('is told to whoever asks again, and to nobody else', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    const manifest = await moved(a, b)
    b.db.query("UPDATE session SET summary = 'later' WHERE id = 1")
    expect(await importer(b).commit(manifest.digest)).toMatchObject({ sessions: 3, digest: manifest.digest })
    expect(b.db.query('SELECT summary FROM session WHERE id = 1')).toEqual([{ summary: 'later' }])
    await expect(importer(b).commit('f'.repeat(64))).rejects.toMatchObject({ code: 'nothing_begun' })
    await expect(importer(b).commit()).rejects.toMatchObject({ code: 'nothing_begun' })
  })

  it('leaves nothing behind when the life ends right after it', async () => {
    const [a, b] = [await home(), await home()]
    await fill(a, 3)
    const source = exporter(a)
    const manifest = await source.manifest()
    const target = importer(b, {
      fault: (point) => {
        if (point === 'transfer-cleared') throw new Error('cut')
      },
    })
    await carry(source, target, manifest, await target.begin(manifest))
    await expect(target.commit()).rejects.toThrow('cut')
    expect(await b.files.stat('transfer-staging/chunks')).toBeNull()
    expect(await importer(b).resume()).toBe(true)
    await expect(importer(b).commit()).rejects.toMatchObject({ code: 'nothing_begun' })
    expect((await exporter(b).manifest()).digest).toBe(manifest.digest)
  })
})

it('a config with which no gateway starts does not take the place of one that works', async () => {
  const [a, b] = [await home(), await home()]
  for (const config of ['{"gateway":', '{"gateway":{"port":"many"}}']) {
    await a.files.write('config.json', config)
    const source = exporter(a)
    const manifest = await source.manifest()
    const target = importer(b)
    await carry(source, target, manifest, await target.begin(manifest))
    await expect(target.commit()).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('config.json'),
    })
  }
  const none = await signed({ ...(await exporter(a).manifest()), files: [] })
  await expect(importer(b).begin(none)).rejects.toMatchObject({ status: 400 })
  expect(text(await b.files.read('config.json'))).toContain('cg_a')
})

it('a file of a workspace is no credential, whatever its folder is called', async () => {
  const jwe = 'e30.key.iv.text.tag'
  const [a, b] = [await home({ elsewhere: true, key: KEY }), await home({ elsewhere: true, key: KEY })]
  await a.workspace.write('auth/notes.txt', jwe)
  await a.workspace.write('auth/plain.txt', 'plain')
  await moved(a, b)
  expect(text(await b.workspace.read('auth/notes.txt'))).toBe(jwe)
  expect(text(await b.workspace.read('auth/plain.txt'))).toBe('plain')
})
