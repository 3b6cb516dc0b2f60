/** Homes on the disk, and what it takes to carry one into another. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { openVault } from '../../src/accounts/index.ts'
import { migrateTables } from '../../src/gateway-home.ts'
import type { TransferHome } from '../../src/transfer/contents.ts'
import { Exporter } from '../../src/transfer/exporter.ts'
import type { Manifest } from '../../src/transfer/format.ts'
import { Importer, type ImporterDeps } from '../../src/transfer/importer.ts'

export const KEY = 'ab'.repeat(32)
export const OTHER_KEY = 'cd'.repeat(32)

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'transfer-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

export async function home({ key = '', configFile = 'config.json', elsewhere = false } = {}): Promise<TransferHome> {
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
export async function fill({ db, files, workspace }: TransferHome, sessions = 30): Promise<void> {
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

export const exporter = (from: TransferHome) => new Exporter({ home: from, now: () => 0, version: 'test' })
export const importer = (to: TransferHome, more: Partial<ImporterDeps> = {}) =>
  new Importer({ home: to, now: () => 0, workspace: '', ...more })

/** Hands over what is missing; at most `limit` chunks. */
export async function carry(
  from: Exporter,
  to: Importer,
  manifest: Manifest,
  missing: readonly string[],
  limit = Infinity,
) {
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

export async function moved(from: TransferHome, to: TransferHome): Promise<Manifest> {
  const source = exporter(from)
  const manifest = await source.manifest()
  const target = importer(to)
  await carry(source, target, manifest, await target.begin(manifest))
  await target.commit()
  return manifest
}
