import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { type Files, folder } from '../files/index.ts'
import { FileQuota } from './file-quota.ts'
import { limitReached } from './limits.ts'

let dir: string
let files: Files
let quota: FileQuota
let block: number | null
let now = 0

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quota-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'there.txt'), '0123456789')
  block = 100
  const bare = openNodeFiles(dir)
  quota = new FileQuota({
    roots: () => [bare],
    enabled: () => block !== null,
    admit: (used) => {
      if (block !== null && used > block) throw limitReached('file_bytes', { used, block, now: 0 })
    },
    now: () => now,
  })
  files = quota.around(bare, (path) => !path.startsWith('own'))
})

const of = (size: number) => new Uint8Array(size)

/** Bytes in small pieces, of unknown length. */
function streamed(size: number): ReadableStream<Uint8Array> {
  let left = size
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close()
      controller.enqueue(of(Math.min(7, left)))
      left -= 7
    },
  })
}

describe('files under a limit', () => {
  it('count what was there and what is written, replaced, appended and removed', async () => {
    await files.write('workspace/a', of(50))
    await files.write('workspace/a', of(20))
    await files.append('workspace/a', of(5))
    await files.write('workspace/b/c', streamed(21))
    expect(await quota.used()).toBe(10 + 25 + 21)
    await files.rename('workspace/a', 'workspace/b/c')
    expect(await quota.used()).toBe(35)
    await files.remove('workspace', { recursive: true })
    expect(await quota.used()).toBe(10)
  })

  it('refuse what goes over it, with the limit, and leave everything as it was', async () => {
    await files.write('a', of(80))
    const refusal = { status: 413, message: expect.stringContaining('100 bytes of files') }
    await expect(files.write('b', of(11))).rejects.toMatchObject(refusal)
    await expect(files.append('a', of(11))).rejects.toMatchObject(refusal)
    await expect(files.write('b', streamed(500))).rejects.toMatchObject(refusal)
    expect(await files.stat('b')).toBeNull()
    await files.write('a', of(90)) // the old content makes room
    expect(await quota.used()).toBe(100)
  })

  it('count what is on its way: writes side by side do not go over the limit together', async () => {
    const writes = await Promise.allSettled([
      ...['a', 'b', 'c', 'd'].map((path) => files.write(path, of(40))),
      ...['e', 'f', 'g'].map((path) => files.write(path, streamed(40))),
    ])
    expect(writes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    expect(await quota.used()).toBeLessThanOrEqual(100)
    await files.write('fits', of(100 - (await quota.used()))) // nothing stays reserved
  })

  it("always take the gateway's own files, and smaller content in place of larger", async () => {
    await files.write('a', of(90))
    await files.write('own.json', of(20))
    expect(await quota.used()).toBe(120)
    await files.write('a', of(60))
    expect(await quota.used()).toBe(90)
  })

  it('hold a view of a folder to the same limit', async () => {
    const view = folder(files, 'workspace')
    await view.write('x', of(60))
    await expect(view.write('y', of(60))).rejects.toMatchObject({ status: 413 })
    expect(await quota.used()).toBe(70)
  })

  it('see what other programs wrote, in time', async () => {
    expect(await quota.used()).toBe(10)
    await writeFile(join(dir, 'other'), of(30))
    now += 11 * 60_000
    expect(await quota.used()).toBe(40)
  })

  it('are not counted while there is no limit', async () => {
    block = null
    await files.write('a', of(500))
    block = 100
    expect(await quota.used()).toBe(510)
  })
})
