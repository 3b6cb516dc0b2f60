import { describe, expect, it } from 'vitest'
import { carry, exporter, fill, home, importer, KEY, moved, OTHER_KEY } from '../../test/support/transfer-homes.ts'
import { openVault } from '../accounts/index.ts'
import { chunksOf, digestOf, type Manifest } from './format.ts'
import { portableTables } from './tables.ts'

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
