import { describe, expect, it } from 'vitest'
import { carry, exporter, fill, home, importer, KEY, moved } from '../../test/support/transfer-homes.ts'
import type { TransferHome } from './contents.ts'
import { chunksOf, digestOf, listSha256, type Manifest, sha256Of } from './format.ts'

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
