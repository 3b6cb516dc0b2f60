import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyBackup } from './backup-read.ts'
import { writeBackup } from './backup-write.ts'
import { run } from './cli/testing.ts'
import { startNode } from './index.ts'
import { lockHome } from './lock.ts'
import { restoreBackup } from './restore.ts'

let root: string
let home: string
let file: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'backup-'))
  home = join(root, 'home')
  file = join(root, 'backup.tar.gz')
})
afterEach(() => rmSync(root, { recursive: true }))

const TOKEN = 'cg_backup'

function makeHome(): void {
  for (const folder of [
    'auth',
    'workspace/skills/x/scripts',
    'logs',
    'backups',
    'transfer-staging',
    'workspace/empty',
  ]) {
    mkdirSync(join(home, folder), { recursive: true, mode: 0o700 })
  }
  const files: Record<string, string | Buffer> = {
    'config.json': JSON.stringify({ gateway: { host: '127.0.0.1', port: 0, token: TOKEN } }),
    'auth/codex.json': '{"access_token":"secret"}',
    'workspace/MEMORY.md': '- tea\n',
    [`workspace/${'long-name-'.repeat(20)}é.md`]: 'x',
    'workspace/empty.txt': '',
    'workspace/big.bin': Buffer.alloc(9 * 1024 * 1024, 'ab'),
    'workspace/skills/x/scripts/run.sh': 'echo hi\n',
    'logs/clawgo.log': 'line\n',
    'backups/old.zip': 'zip',
    'transfer-staging/manifest.json': '{}',
    'gateway.pid': '1\n',
  }
  for (const [path, content] of Object.entries(files)) writeFileSync(join(home, path), content, { mode: 0o600 })
  chmodSync(join(home, 'workspace/skills/x/scripts/run.sh'), 0o700)
  const db = new DatabaseSync(join(home, 'gateway.db'))
  db.exec("CREATE TABLE t (x); INSERT INTO t VALUES ('kept')")
  db.close()
}

const make = (options: Partial<Parameters<typeof writeBackup>[0]> = {}) =>
  writeBackup({ home, file, logs: false, version: '1.2.3', ...options })

describe('a backup', () => {
  it('holds the whole home but what belongs to the process, and only its owner may read it', async () => {
    makeHome()
    symlinkSync('/etc/hostname', join(home, 'workspace', 'link'))
    const manifest = await make()
    const paths = manifest.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path)
    expect(paths).toEqual([
      'auth/codex.json',
      'config.json',
      'workspace/MEMORY.md',
      'workspace/big.bin',
      'workspace/empty.txt',
      `workspace/${'long-name-'.repeat(20)}é.md`,
      'workspace/skills/x/scripts/run.sh',
      'gateway.db',
    ])
    expect(manifest.left_out).toEqual([{ path: 'workspace/link', reason: expect.stringContaining('/etc/hostname') }])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(root).sort()).toEqual(['backup.tar.gz', 'home'])
    expect(await verifyBackup(file)).toEqual(manifest)
    expect(
      (await make({ file: join(home, 'backups', 'x.tar.gz'), logs: true })).entries.map(({ path }) => path),
    ).toContain('logs/clawgo.log')
  })

  it('is an archive that any tar unpacks', async () => {
    makeHome()
    await make()
    const listed = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n')
    expect(listed).toContain('home/workspace/MEMORY.md')
    expect(listed.at(-1)).toBe('manifest.json')
  })

  it('names a workspace that is elsewhere', async () => {
    makeHome()
    writeFileSync(
      join(home, 'config.json'),
      JSON.stringify({ agents: { defaults: { workspace: join(root, 'mine') } } }),
    )
    expect((await make()).workspace_outside).toBe(join(root, 'mine'))
  })

  it('never takes the place of a file', async () => {
    makeHome()
    writeFileSync(file, 'mine')
    await expect(make()).rejects.toThrow('exists already')
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it('is not made of a damaged database, and leaves nothing behind', async () => {
    makeHome()
    writeFileSync(join(home, 'gateway.db'), 'this is no database, whatever its name says'.repeat(100))
    await expect(make()).rejects.toThrow('database')
    expect(readdirSync(root)).toEqual(['home'])
  })

  it('is one moment of the database while a gateway writes to it', async () => {
    const node = await startNode({
      home,
      port: 0,
      initialConfig: { gateway: { host: '127.0.0.1', token: TOKEN } },
      env: { PATH: process.env.PATH },
      quiet: true,
    })
    const { db } = node.gateway.platform
    db.query('CREATE TABLE pair (a INTEGER, b INTEGER)')
    let writing = true
    let written = 0
    const writer = (async () => {
      for (; writing; written++) {
        db.transaction(() => {
          db.query('INSERT INTO pair (a, b) VALUES (?, 0)', written)
          db.query('INSERT INTO pair (a, b) VALUES (?, 1)', written)
        })
        await new Promise(setImmediate)
      }
    })()
    const counts: number[] = []
    for (let i = 0; i < 3; i++) {
      const archive = join(root, `live-${i}.tar.gz`)
      // Another process, as the command is.
      const { code, stderr } = await run(join(home, 'config.json'), ['backup', archive])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const into = join(root, `restored-${i}`)
      await restoreBackup({ file: archive, home: into, force: false })
      const copy = new DatabaseSync(join(into, 'gateway.db'))
      const row = copy.prepare('SELECT count(*) AS n, count(DISTINCT a) AS pairs FROM pair').get()!
      copy.close()
      expect(row.n).toBe(Number(row.pairs) * 2)
      counts.push(Number(row.pairs))
    }
    writing = false
    await writer
    await node.close({ graceMs: 0 })
    expect(counts[0]!).toBeGreaterThan(0)
    expect(counts[2]!).toBeGreaterThan(counts[0]!)
    expect(counts[2]!).toBeLessThan(written)
  })
})

describe('restoring', () => {
  it('brings every file back with content, mode and time', async () => {
    makeHome()
    const manifest = await make()
    const target = join(root, 'elsewhere')
    expect(await restoreBackup({ file, home: target, force: false })).toEqual({ manifest, movedAside: null })
    for (const { path, kind, mode, mtime } of manifest.entries) {
      const there = statSync(join(target, path))
      expect([path, there.mode & 0o777]).toEqual([path, mode])
      if (path === 'gateway.db') continue
      expect([path, Math.trunc(there.mtimeMs)]).toEqual([path, mtime])
      if (kind === 'file') expect(readFileSync(join(target, path)).equals(readFileSync(join(home, path)))).toBe(true)
    }
    expect(statSync(target).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(target, 'workspace'))).toContain('empty')
    const db = new DatabaseSync(join(target, 'gateway.db'))
    expect(db.prepare('SELECT x FROM t').get()).toEqual({ x: 'kept' })
    db.close()
  })

  it('takes an empty folder, refuses a full one, and with force moves it aside', async () => {
    makeHome()
    await make()
    const empty = join(root, 'empty')
    mkdirSync(empty)
    await restoreBackup({ file, home: empty, force: false })
    writeFileSync(join(empty, 'mine.txt'), 'mine')
    await expect(restoreBackup({ file, home: empty, force: false })).rejects.toThrow('is not empty')
    const { movedAside } = await restoreBackup({ file, home: empty, force: true })
    expect(movedAside).toMatch(/empty\.bak-\d{8}-\d{6}$/)
    expect(readFileSync(join(movedAside!, 'mine.txt'), 'utf8')).toBe('mine')
    expect(existsSync(join(empty, 'mine.txt'))).toBe(false)
    expect(readdirSync(root).filter((name) => name.includes('restore-'))).toEqual([])
  })

  it('is refused while a gateway runs on the home, force or not', async () => {
    makeHome()
    await make()
    const lock = lockHome(home)
    await expect(restoreBackup({ file, home, force: true })).rejects.toMatchObject({ code: 'home_in_use' })
    lock.release()
    expect(readFileSync(join(home, 'workspace/MEMORY.md'), 'utf8')).toBe('- tea\n')
    expect(readdirSync(root).sort()).toEqual(['backup.tar.gz', 'home'])
  })
})

describe('a damaged backup is refused and nothing is written', () => {
  const refused = async (text: RegExp) => {
    const target = join(root, 'target')
    await expect(restoreBackup({ file, home: target, force: false })).rejects.toThrow(text)
    expect(existsSync(target)).toBe(false)
    expect(existsSync(join(root, 'escaped'))).toBe(false)
  }
  /** Packs the archive anew with `change` applied to its entries. */
  async function repack(change: (entries: Packed[]) => Packed[]): Promise<void> {
    const entries = change(unpacked(gunzipSync(readFileSync(file))))
    const pack = tar.pack()
    const chunks: Buffer[] = []
    const done = (async () => {
      for await (const chunk of pack) chunks.push(chunk as Buffer)
    })()
    for (const { name, type, data, linkname } of entries) {
      await new Promise<void>((resolve) =>
        pack.entry({ name, type, linkname, size: data.length } as never, data, () => resolve()),
      )
    }
    pack.finalize()
    await done
    writeFileSync(file, gzipSync(Buffer.concat(chunks)))
  }

  beforeEach(async () => {
    makeHome()
    rmSync(join(home, 'workspace/big.bin'))
    rmSync(join(home, `workspace/${'long-name-'.repeat(20)}é.md`))
    await make()
  })

  it('when it is cut off', async () => {
    const whole = readFileSync(file)
    for (const part of [0.3, 0.9, 0.999]) {
      writeFileSync(file, whole.subarray(0, Math.floor(whole.length * part)))
      await refused(/cannot be used/)
    }
  })

  it('when a bit is wrong', async () => {
    const bytes = readFileSync(file)
    bytes[Math.floor(bytes.length / 2)]! ^= 1
    writeFileSync(file, bytes)
    await refused(/cannot be used/)
  })

  it.each<[string, RegExp, (entries: Packed[]) => Packed[]]>([
    [
      'a file was changed',
      /is not what the manifest says/,
      (entries) =>
        entries.map((entry) => (entry.name.endsWith('MEMORY.md') ? { ...entry, data: Buffer.from('- tee\n') } : entry)),
    ],
    ['a file is missing', /is missing/, (entries) => entries.filter(({ name }) => !name.endsWith('MEMORY.md'))],
    [
      'a file was added',
      /not in its manifest/,
      (entries) => [{ name: 'home/extra', type: 'file', data: Buffer.from('x') }, ...entries],
    ],
    [
      'a name leads out',
      /leads out of the home/,
      (entries) => [{ name: 'home/../../escaped', type: 'file', data: Buffer.from('x') }, ...entries],
    ],
    [
      'a name is absolute',
      /leads out of the home/,
      (entries) => [{ name: '/escaped', type: 'file', data: Buffer.from('x') }, ...entries],
    ],
    [
      'it holds a link',
      /is a link/,
      (entries) => [{ name: 'home/l', type: 'symlink', linkname: '/etc', data: Buffer.alloc(0) }, ...entries],
    ],
    [
      'a name comes twice',
      /twice/,
      (entries) => [entries.find(({ name }) => name === 'home/config.json')!, ...entries],
    ],
    [
      'the manifest is gone',
      /manifest is missing/,
      (entries) => entries.filter(({ name }) => name !== 'manifest.json'),
    ],
  ])('when %s', async (_, text, change) => {
    await repack(change)
    await refused(text)
  })

  it('says what else a file is', async () => {
    writeFileSync(file, 'PK\u0003\u0004')
    await refused(/clawgo migrate --from/)
    writeFileSync(file, 'hello')
    await refused(/is no backup/)
  })
})

describe('the commands', () => {
  it('back up, verify and restore', async () => {
    makeHome()
    const config = join(home, 'config.json')
    const made = await run(config, ['backup'])
    expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: '' })
    const [name] = readdirSync(join(home, 'backups')).filter((entry) => entry.endsWith('.tar.gz'))
    const archive = join(home, 'backups', name!)
    expect((await run(config, ['backup', '--verify', archive])).stdout).toMatch(/^Whole: 8 files/)
    const refused = await run(config, ['restore', archive])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('is not empty')
    const target = join(root, 'second')
    expect((await run(config, ['restore', archive, '--home', target])).code).toBe(0)
    expect(readFileSync(join(target, 'workspace/MEMORY.md'), 'utf8')).toBe('- tea\n')
    writeFileSync(archive, readFileSync(archive).subarray(0, 5000))
    const broken = await run(config, ['backup', '--verify', archive, '--json'])
    expect(broken.code).toBe(1)
    expect(broken.stderr).toContain('cannot be used')
  })
})

interface Packed {
  name: string
  type: string
  data: Buffer
  linkname?: string
}

/** The entries of a plain tar with short names. */
function unpacked(bytes: Buffer): Packed[] {
  const entries: Packed[] = []
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    const name = bytes.toString('utf8', at, bytes.indexOf(0, at))
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8)
    const type = bytes[at + 156] === 0x35 ? 'directory' : 'file'
    entries.push({ name, type, data: bytes.subarray(at + 512, at + 512 + size) })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}
