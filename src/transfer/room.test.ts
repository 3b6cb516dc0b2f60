import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { migrateTables } from '../gateway-home.ts'
import type { Platform } from '../platform.ts'
import { Agenda } from '../schedule/index.ts'
import { logFolderIn, openTransfer, withWorkspace } from './room.ts'

describe('a config that comes from another home', () => {
  const own = '/home/a/.clawgo/workspace'
  const naming = (workspace: string) => JSON.stringify({ agents: { defaults: { workspace, max_tokens: 5 } }, x: 1 })

  it('names the workspace of this home, and is otherwise as it was', () => {
    const changed = JSON.parse(withWorkspace(naming('/elsewhere/ws'), own, own))
    expect(changed).toEqual({ agents: { defaults: { workspace: own, max_tokens: 5 } }, x: 1 })
  })

  it('is not touched, to the byte, where it means that one already', () => {
    for (const text of [naming(own), '{"agents": {}}', '{}  ', 'no json'])
      expect(withWorkspace(text, own, own)).toBe(text)
    expect(withWorkspace('{}', '/elsewhere/ws', own)).toContain('/elsewhere/ws')
  })
})

it('finds the log folder in the home, however the config writes it', () => {
  const files = { root: '/home/a/.clawgo' } as Parameters<typeof logFolderIn>[0]['files']
  const at = (dir: string) => logFolderIn({ files, env: { HOME: '/home/a' } }, dir)
  expect(['/home/a/.clawgo/logs/', '~/.clawgo/my/logs', 'logs'].map(at)).toEqual(['logs', 'my/logs', 'logs'])
  expect(['/var/log', '~/elsewhere'].map(at)).toEqual(['', ''])
})

describe('the transfer of a running gateway', () => {
  async function room(reopen: () => Promise<void>) {
    const dir = await mkdtemp(join(tmpdir(), 'room-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const db = nodeDatabase(join(dir, 'gateway.db'))
    onTestFinished(() => db.close())
    migrateTables(db)
    const files = openNodeFiles(dir)
    await files.write('config.json', '{"gateway":{"token":"cg_a"}}')
    const clock = { now: 1000 }
    const platform = {
      ...{ db, files, env: {}, now: () => clock.now, alarm: { set() {} } },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      background: (work: Promise<unknown>) => void work.catch(() => undefined),
    } as unknown as Platform
    const agenda = new Agenda(platform)
    const workspace = openNodeFiles(join(dir, 'workspace'))
    const transfer = openTransfer({
      ...{ platform, agenda, configFile: 'config.json', workspace: () => workspace, setting: () => '', reopen },
      ...{ logFolder: () => 'logs', version: 'test', admitBytes() {}, quiesce: async () => undefined },
    })
    /** Takes this home in, all but the commit. */
    const carried = async () => {
      const manifest = await transfer.exporter.manifest()
      for (const { path, chunks } of manifest.files) {
        await transfer.importer.begin(manifest, { replace: true })
        const [{ sha256, bytes }] = chunks as [{ sha256: string; bytes: number }]
        await transfer.importer.put(sha256, await transfer.exporter.chunk({ path, offset: 0, length: bytes }))
      }
      return manifest
    }
    return { transfer, agenda, files, clock, carried }
  }

  it('tries again to open, with the next request, what did not open at once', async () => {
    let tries = 0
    const { transfer, carried } = await room(async () => {
      if (++tries === 1) throw new Error('not now')
    })
    await carried()
    await expect(transfer.commit()).rejects.toThrow('not now')
    expect(() => transfer.admit()).toThrow('opens anew')
    await expect.poll(() => tries).toBe(2)
    expect(() => transfer.admit()).toThrow('opens anew') // this one is the old gateway, and stays so
    expect(tries).toBe(2)
  })

  it('gives up what nobody went on with for a day, and nothing before', async () => {
    const { transfer, agenda, files, clock, carried } = await room(async () => undefined)
    await carried()
    const due = agenda.due('transfer', '')!
    expect(due - clock.now).toBe(24 * 3600_000)
    clock.now += 20 * 3600_000
    const { files: named } = await transfer.exporter.manifest()
    const [{ sha256, bytes }] = named[0]!.chunks as [{ sha256: string; bytes: number }]
    await transfer.importer.put(
      sha256,
      await transfer.exporter.chunk({ path: 'config.json', offset: 0, length: bytes }),
    )
    expect(agenda.due('transfer', '')! - clock.now).toBe(24 * 3600_000)
    clock.now += 24 * 3600_000
    await agenda.wake()
    expect(await files.stat('transfer-staging/manifest.json')).toBeNull()
    expect(await files.stat('transfer-staging/chunks')).toBeNull()
  })
})
