import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { migrate } from '../db/index.ts'
import { Agenda, scheduleMigrations } from '../schedule/index.ts'
import { safeName, storedAt, storedName } from './names.ts'
import { KEEP_MS, MAX_UPLOAD_BYTES, openUploads } from './store.ts'

const START = Date.UTC(2026, 1, 3)
const DAY = 24 * 3600_000

async function home() {
  const root = await mkdtemp(join(tmpdir(), 'gateway-uploads-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const db = nodeDatabase(':memory:')
  onTestFinished(() => db.close())
  migrate(db, [scheduleMigrations])
  const clock = { now: START, alarm: null as number | null }
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const now = () => clock.now
  const alarm = {
    set(at: number | null) {
      clock.alarm = at
    },
  }
  const agenda = new Agenda({ db, alarm, now, log: quiet })
  const files = openNodeFiles(root)
  const used = new Set<string>()
  const uploads = openUploads({ files, agenda, now, inUse: () => used })
  const save = (name: string, text = 'x') => uploads.save(name, new Blob([text]).stream())
  const there = async () => {
    const names: string[] = []
    for await (const { path } of files.list('uploads')) names.push(path)
    return names.length
  }
  return { clock, agenda, files, uploads, used, save, there }
}

describe('openUploads', () => {
  it('keeps a file for its owner alone, and finds it by its path only', async () => {
    const { files, uploads, save } = await home()
    const { path, stored, size } = await save('../a b.txt', 'tea')
    expect(path).toBe(`${files.root}/uploads/${stored}`)
    expect(stored).toMatch(new RegExp(`^${START}_[0-9a-f]{12}_a_b\\.txt$`))
    expect([size, (await stat(path)).mode & 0o777, (await stat(join(path, '..'))).mode & 0o777]).toEqual([
      3, 0o600, 0o700,
    ])
    expect(await uploads.find(path)).toEqual({ path, stored, size })
    expect(new TextDecoder().decode(await uploads.head(stored, 2))).toBe('te')

    await files.write('uploads/notes.txt', 'not an upload')
    await files.write('config.json', '{}')
    for (const other of [
      stored,
      `uploads/${stored}`,
      `/uploads/${stored}`,
      `${files.root}/uploads/notes.txt`,
      `${files.root}/uploads/../config.json`,
      `${files.root}/uploads/${START}_000000000000_../../config.json`,
      `${files.root}/config.json`,
      '',
    ]) {
      expect([other, uploads.storedName(other), await uploads.find(other)]).toEqual([other, null, null])
    }
  })

  it('knows the path of an upload that has gone, and finds nothing there', async () => {
    const { uploads, save } = await home()
    const { path, stored } = await save('a')
    await uploads.discard(stored)
    await uploads.discard(stored)
    expect([uploads.storedName(path), await uploads.find(path)]).toEqual([stored, null])
  })

  it('leaves nothing of a file that is too large or breaks off', async () => {
    const { uploads, there, save } = await home()
    await save('first')
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 8 * 1024 * 1024
        controller.enqueue(new Uint8Array(8 * 1024 * 1024))
      },
    })
    await expect(uploads.save('large', endless)).rejects.toThrow(
      expect.objectContaining({ status: 413, message: 'file too large: at most 100 MB' }),
    )
    expect(sent).toBeLessThan(MAX_UPLOAD_BYTES + 32 * 1024 * 1024)
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('the line is dead')),
    })
    await expect(uploads.save('broken', broken)).rejects.toThrow('the line is dead')
    expect(await there()).toBe(1)
  })

  it('removes a file after seven days, and sleeps until the next one', async () => {
    const { clock, agenda, uploads, save, there } = await home()
    const first = await save('first')
    expect(clock.alarm).toBe(START + KEEP_MS)
    clock.now += DAY
    const second = await save('second')
    expect(clock.alarm).toBe(START + KEEP_MS)

    clock.now = START + KEEP_MS
    await agenda.wake()
    expect([await uploads.find(first.path), (await uploads.find(second.path))?.stored]).toEqual([null, second.stored])
    expect(clock.alarm).toBe(START + DAY + KEEP_MS)

    clock.now = clock.alarm!
    await agenda.wake()
    expect([await there(), clock.alarm]).toEqual([0, null])
  })

  it('keeps a file that a message uses, and what is none of its own', async () => {
    const { clock, agenda, files, uploads, used, save, there } = await home()
    const { path } = await save('used')
    await files.write('uploads/somebody.txt', 'x')
    used.add(path)
    clock.now += KEEP_MS
    await agenda.wake()
    expect(await uploads.find(path)).not.toBeNull()
    expect(clock.alarm).toBe(clock.now + DAY)
    used.clear()
    clock.now += DAY
    await agenda.wake()
    expect([await uploads.find(path), await there()]).toEqual([null, 1])
  })

  it('sweeps a file that came while it was due', async () => {
    const { clock, save, agenda } = await home()
    await save('old')
    clock.now += KEEP_MS
    await save('new')
    expect(clock.alarm).toBe(clock.now + KEEP_MS)
    await agenda.wake()
    expect(agenda.due('uploads', '')).toBe(clock.now + KEEP_MS)
  })
})

describe('stored names', () => {
  it.each([
    ['input.txt', 'input.txt'],
    ['C:\\dir\\a b.txt', 'C_dir_a_b.txt'],
    ['日本語 記事.md', '日本語_記事.md'],
    ['.env', 'env'],
    ['a\nb]|<>:"?*.txt', 'a_b_.txt'],
    ['..', 'file'],
    ['', 'file'],
    ['end. . .', 'end._._'],
    ['\ud800', '_'],
  ])('makes %j safe', (name, safe) => {
    expect(safeName(name)).toBe(safe)
  })

  it('keeps the extension of a long name, within what a disk takes', () => {
    const name = storedName(START, `${'記'.repeat(300)}.txt`)
    expect(name).toMatch(/記\.txt$/)
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255)
    expect(storedAt(name)).toBe(START)
    expect(storedAt('notes.txt')).toBeNull()
  })
})
