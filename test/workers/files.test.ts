import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { objectDatabase } from '../../adapters/cloudflare/database.ts'
import { openSqlFiles, type SqlFiles, type SqlFilesOptions } from '../../adapters/cloudflare/files.ts'
import { CHUNK_BYTES } from '../../adapters/cloudflare/files-chunks.ts'
import { SPILL_BYTES } from '../../adapters/cloudflare/files-contents.ts'
import { folder } from '../../src/files/index.ts'
import type { Database } from '../../src/platform.ts'
import { collect, pattern, same, streamOf } from '../ports/bytes.ts'
import { testFiles } from '../ports/files.ts'
import { codeOf, paths, text } from '../ports/files-reading.ts'

const { BLOBS: bucket } = env as unknown as { BLOBS: R2Bucket }

let opened = 0

/** Opens the files of a gateway, on the storage it had before when the name was used before. */
function inObject<T>(
  name: string,
  options: SqlFilesOptions,
  work: (files: SqlFiles, db: Database) => Promise<T>,
): Promise<T> {
  const stub = env.GATEWAY.getByName(name)
  return runInDurableObject(stub, (_, state) => {
    const db = objectDatabase(state.storage)
    return work(openSqlFiles(db, options), db)
  })
}

const fresh = () => `files-${++opened}`
const spilling = (name: string): SqlFilesOptions => ({ bucket, prefix: `${name}/` })

testFiles("a Durable Object's SQLite", (work) => inObject(fresh(), {}, work))
testFiles('a Durable Object with R2', (work) => {
  const name = fresh()
  return inObject(name, spilling(name), work)
})
testFiles('a view of a folder in a Durable Object', (work) =>
  inObject(fresh(), {}, async (files) => {
    await files.write('neighbour', 'untouched')
    const view = folder(files, 'inner/view 😀')
    await view.mkdir('')
    await work(view)
  }),
)

const count = (db: Database, table: string) => db.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]!.n

async function keys(name: string): Promise<string[]> {
  return (await bucket.list({ prefix: `${name}/` })).objects.map((object) => object.key)
}

/** Sends `size` bytes and then nothing more, for ever; `sent` resolves when they were taken. */
function stalled(size: number): { stream: ReadableStream<Uint8Array>; sent: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = size
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (left <= 0) {
          resolve()
          return new Promise<void>(() => {})
        }
        controller.enqueue(pattern(Math.min(left, 1 << 20), 3))
        left -= 1 << 20
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, sent: promise }
}

describe('files in SQLite', () => {
  it('keeps every row far under the 2 MB that production allows', () =>
    inObject(fresh(), {}, async (files, db) => {
      await files.write('buffer', pattern(5_000_000))
      await files.write('stream', streamOf(pattern(12_000_000)))
      for (let i = 0; i < 50; i++) await files.append('log', pattern(30_000, i))
      const [{ largest }] = db.query<{ largest: number }>('SELECT max(length(data)) AS largest FROM file_chunk') as [
        { largest: number },
      ]
      expect(largest).toBeLessThanOrEqual(CHUNK_BYTES)
      expect(CHUNK_BYTES).toBeLessThan(1_000_000)
      expect(same(await collect(await files.stream('stream')), pattern(12_000_000))).toBe(true)
    }))

  it('writes one row for a small append, and keeps few chunks for many', () =>
    inObject(fresh(), {}, async (files, db) => {
      for (let i = 0; i < 400; i++) await files.append('log', `${i} ${'x'.repeat(190)}\n`)
      expect(count(db, 'file_chunk')).toBeLessThanOrEqual(2)
    }))

  it('leaves no chunk behind after replacing, removing and renaming over', () =>
    inObject(fresh(), {}, async (files, db) => {
      for (const path of ['a', 'b', 'd/c', 'd/e/f']) await files.write(path, pattern(600_000))
      await files.write('a', 'small')
      await files.rename('a', 'b')
      await files.remove('d', { recursive: true })
      expect(count(db, 'file_chunk')).toBe(1)
      expect(files.hasTrash()).toBe(false)
    }))

  it('frees a replaced content when its last reader is done', () =>
    inObject(fresh(), {}, async (files, db) => {
      await files.write('a', pattern(3_000_000))
      const [first, second] = [await files.stream('a'), await files.stream('a')]
      await files.write('a', 'new')
      expect(files.hasTrash()).toBe(true)
      await files.sweep()
      await first.cancel()
      expect(same(await collect(second), pattern(3_000_000))).toBe(true)
      expect(count(db, 'file_chunk')).toBe(1)
      expect(files.hasTrash()).toBe(false)
    }))

  it('says that a content is damaged instead of making bytes up', () =>
    inObject(fresh(), {}, async (files, db) => {
      await files.write('a', pattern(600_000))
      db.query('DELETE FROM file_chunk WHERE off = ?', CHUNK_BYTES)
      expect(await codeOf(files.read('a'))).toBe('EIO')
      expect(await codeOf(collect(await files.stream('a')))).toContain('EIO')
    }))

  it('refuses to read at once what would not fit into memory', () =>
    inObject(fresh(), {}, async (files, db) => {
      await files.write('a', 'x')
      db.query('UPDATE file SET size = ?', 65 * 1024 * 1024)
      expect(await codeOf(files.read('a'))).toBe('EFBIG')
      expect((await files.read('a', 0, 1)).length).toBe(1)
    }))
})

describe('files over 8 MB with R2', () => {
  const big = pattern(20_000_000)

  it.each(['a stream', 'a buffer'])('puts %s into R2 and reads any part of it', (kind) => {
    const name = fresh()
    return inObject(name, spilling(name), async (files, db) => {
      const stat = await files.write('big', kind === 'a stream' ? streamOf(big) : big)
      expect(stat.size).toBe(big.length)
      expect(count(db, 'file_chunk')).toBe(0)
      expect(files.hasTrash()).toBe(false)
      expect(await keys(name)).toHaveLength(1)
      expect(same(await files.read('big'), big)).toBe(true)
      expect(same(await collect(await files.stream('big')), big)).toBe(true)
      const edge = SPILL_BYTES - 3
      expect(same(await files.read('big', edge, 10), big.subarray(edge, edge + 10))).toBe(true)
      expect(same(await collect(await files.stream('big', edge, 10)), big.subarray(edge, edge + 10))).toBe(true)
    })
  })

  it('keeps a file of exactly 8 MB in SQLite', () => {
    const name = fresh()
    return inObject(name, spilling(name), async (files) => {
      const bytes = big.subarray(0, SPILL_BYTES)
      await files.write('a', bytes)
      await files.write('b', streamOf(bytes))
      expect(await keys(name)).toEqual([])
      expect(same(await files.read('b'), bytes)).toBe(true)
    })
  })

  it('appends behind the part in R2', () => {
    const name = fresh()
    return inObject(name, spilling(name), async (files) => {
      await files.write('big', big)
      await files.append('big', 'tail')
      await files.append('big', ' end')
      expect(new TextDecoder().decode(await files.read('big', big.length))).toBe('tail end')
      const across = await files.read('big', big.length - 2, 4)
      expect(same(across.subarray(0, 2), big.subarray(-2))).toBe(true)
      expect(new TextDecoder().decode(across.subarray(2))).toBe('ta')
      const streamed = await collect(await files.stream('big', big.length - 100_000))
      expect(same(streamed.subarray(0, 100_000), big.subarray(-100_000))).toBe(true)
      expect(new TextDecoder().decode(streamed.subarray(100_000))).toBe('tail end')
      await files.rename('big', 'moved/big')
      expect((await files.stat('moved/big'))!.size).toBe(big.length + 8)
      await files.remove('moved', { recursive: true })
      await files.sweep()
      expect(await keys(name)).toEqual([])
    })
  })

  it('deletes a replaced object in the sweep, but not under a reader', () => {
    const name = fresh()
    return inObject(name, spilling(name), async (files) => {
      await files.write('big', big)
      const reader = (await files.stream('big')).getReader()
      const parts = [(await reader.read()).value!.length]
      await files.write('big', 'small')
      await files.sweep()
      expect(await keys(name)).toHaveLength(1)
      for (let r = await reader.read(); !r.done; r = await reader.read()) parts.push(r.value.length)
      expect(parts.reduce((a, b) => a + b)).toBe(big.length)
      await expect.poll(() => files.sweep().then(() => keys(name))).toEqual([])
      expect(files.hasTrash()).toBe(false)
      expect(await text(files, 'big')).toBe('small')
    })
  })

  it('deletes a replaced object when its reader left early', () => {
    const name = fresh()
    return inObject(name, spilling(name), async (files) => {
      await files.write('big', big)
      await files.append('big', 'tail')
      const readers = [await files.stream('big'), await files.stream('big', 0, 1000), await files.stream('big', 9)]
      await readers[0]!.getReader().read()
      await files.remove('big')
      for (const reader of readers.slice(1)) await reader.cancel()
      await files.sweep()
      expect(await keys(name)).toHaveLength(1)
      await inObject(name, spilling(name), async (reopened) => {
        await reopened.sweep()
        expect(await keys(name)).toEqual([])
      })
    })
  })

  it('keeps the old object when an upload fails, and sweeps what it left', () => {
    const name = fresh()
    return inObject(name, spilling(name), async (files) => {
      await files.write('big', big)
      let sent = 0
      const failing = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent++ < 20) controller.enqueue(pattern(1 << 20, sent))
          else controller.error(new Error('cut off'))
        },
      })
      await expect(files.write('big', failing)).rejects.toThrow('cut off')
      await files.sweep()
      expect(await keys(name)).toHaveLength(1)
      expect(same(await files.read('big'), big)).toBe(true)
      expect(files.hasTrash()).toBe(false)
    })
  })

  it('gives no name to an upload that another writer overtook', () => {
    const name = fresh()
    return inObject(name, spilling(name), async (files) => {
      const { version } = await files.write('a', 'one')
      const slow = codeOf(files.write('a', streamOf(big), { ifVersion: version }))
      await files.write('a', 'two')
      expect(await slow).toBe('ESTALE')
      expect(await text(files, 'a')).toBe('two')
      await files.sweep()
      expect(await keys(name)).toEqual([])
    })
  })

  it('says so when the bucket is not bound any more, and keeps the rest usable', async () => {
    const name = fresh()
    await inObject(name, spilling(name), async (files) => {
      await files.write('big', big)
      await files.write('small', 'small')
    })
    await inObject(name, {}, async (files) => {
      expect(await codeOf(files.read('big'))).toBe('EIO')
      expect(await codeOf(files.stream('big'))).toBe('EIO')
      expect(await text(files, 'small')).toBe('small')
      await files.remove('big')
      await files.sweep()
      expect(files.hasTrash()).toBe(true)
    })
    await inObject(name, spilling(name), async (files) => {
      await files.sweep()
      expect(await keys(name)).toEqual([])
    })
  })
})

describe.each(['SQLite', 'R2'])('an object that ends in the middle of a streaming replace, in %s', (where) => {
  it('comes back with the old content, the acknowledged writes, and without remains', async () => {
    const name = fresh()
    const options = where === 'R2' ? spilling(name) : {}
    const old = pattern(3_000_000)
    await inObject(name, options, async (files, db) => {
      await files.write('a', old)
      const { stream, sent } = stalled(18 << 20)
      files.write('a', stream).catch(() => undefined)
      await sent
      await files.write('b', 'acknowledged')
      expect(files.hasTrash()).toBe(true)
      if (where === 'SQLite') expect(count(db, 'file_chunk')).toBeGreaterThan(50)
    })
    await evictDurableObject(env.GATEWAY.getByName(name))
    await inObject(name, options, async (files, db) => {
      expect(same(await files.read('a'), old)).toBe(true)
      expect(await text(files, 'b')).toBe('acknowledged')
      await files.sweep()
      expect(files.hasTrash()).toBe(false)
      expect(count(db, 'file_chunk')).toBe(Math.ceil(old.length / CHUNK_BYTES) + 1)
      expect(await keys(name)).toEqual([])
      await files.write('a', 'next')
      expect(await paths(files)).toEqual(['a', 'b'])
    })
  })
})
