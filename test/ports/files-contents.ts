/** What every `Files` promises about the content of a file. */
import { expect, it } from 'vitest'
import { collect, concat, pattern, same, streamOf } from './bytes.ts'
import { codeOf, paths, text, type UseFiles } from './files-reading.ts'

const decoder = new TextDecoder()

export function testContent(use: UseFiles): void {
  it('writes text and bytes, makes parents, and tells size, time and kind', () =>
    use(async (files) => {
      const before = Date.now()
      const stat = await files.write('a/b/c.txt', 'Grüße 😀')
      expect(stat).toMatchObject({ path: 'a/b/c.txt', kind: 'file', size: 12 })
      expect(Math.abs(stat.mtime - before)).toBeLessThan(10_000)
      expect(await files.stat('a/b/c.txt')).toEqual(stat)
      expect(await files.stat('a/b')).toMatchObject({ path: 'a/b', kind: 'dir', size: 0 })
      expect(await text(files, 'a/b/c.txt')).toBe('Grüße 😀')
      const bytes = new Uint8Array([0, 255, 0, 254, 10, 13])
      await files.write('bytes', bytes)
      expect(await files.read('bytes')).toEqual(bytes)
    }))

  it('writes an empty file', () =>
    use(async (files) => {
      expect((await files.write('empty', '')).size).toBe(0)
      expect((await files.read('empty')).length).toBe(0)
      expect((await collect(await files.stream('empty'))).length).toBe(0)
      expect(await paths(files)).toEqual(['empty'])
    }))

  it('replaces a file with a shorter one', () =>
    use(async (files) => {
      await files.write('a', pattern(600_000))
      await files.write('a', 'short', { durable: false })
      expect(await text(files, 'a')).toBe('short')
    }))

  it.each([0, 1, 262_143, 262_144, 262_145, 3_000_000])('stores a stream of %i bytes exactly', (size) =>
    use(async (files) => {
      const bytes = pattern(size)
      const stat = await files.write('dir/streamed', streamOf(bytes))
      expect(stat.size).toBe(size)
      expect(same(await files.read('dir/streamed'), bytes)).toBe(true)
      expect(same(await collect(await files.stream('dir/streamed')), bytes)).toBe(true)
    }),
  )

  it('stores a buffer of 3 MB exactly', () =>
    use(async (files) => {
      const bytes = pattern(3_000_000, 7)
      await files.write('big', bytes)
      expect(same(await files.read('big'), bytes)).toBe(true)
    }))

  it('keeps the old content when a stream fails in the middle, and shows no remains', () =>
    use(async (files) => {
      await files.write('d/a', 'old')
      const pieces = [pattern(2_000_000), new Error('upload cut off')]
      const failing = new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = pieces.shift()!
          if (piece instanceof Error) controller.error(piece)
          else controller.enqueue(piece)
        },
      })
      await expect(files.write('d/a', failing)).rejects.toThrow('upload cut off')
      expect(await text(files, 'd/a')).toBe('old')
      expect(await paths(files, '', true)).toEqual(['d', 'd/a'])
      await files.remove('d/a')
      await files.remove('d')
    }))

  it('gives a reader the content it opened, also when the file is replaced or removed while it reads', () =>
    use(async (files) => {
      const [old, next] = [pattern(2_000_000, 1), pattern(2_000_000, 99)]
      await files.write('replaced', old)
      await files.write('removed', old)
      const readers = [await files.stream('replaced'), await files.stream('removed')].map((s) => s.getReader())
      const firsts = await Promise.all(readers.map((reader) => reader.read()))
      await files.write('replaced', next)
      await files.remove('removed')
      for (const [i, reader] of readers.entries()) {
        const parts = [firsts[i]!.value!]
        for (let r = await reader.read(); !r.done; r = await reader.read()) parts.push(r.value)
        expect(same(concat(parts), old)).toBe(true)
      }
      expect(same(await files.read('replaced'), next)).toBe(true)
    }))

  it('lets the last of many writers win, and never mixes their contents', () =>
    use(async (files) => {
      const writes = Array.from({ length: 20 }, (_, i) => files.write('a', `${i}`.repeat(5000), { durable: false }))
      await Promise.all(writes)
      expect(await text(files, 'a')).toBe('19'.repeat(5000))
    }))

  it('answers ENOENT, EISDIR and ENOTDIR for what is not a file', () =>
    use(async (files) => {
      await files.write('file', 'x')
      await files.mkdir('dir')
      expect(await codeOf(files.read('missing'))).toBe('ENOENT')
      expect(await codeOf(files.stream('missing/x'))).toBe('ENOENT')
      expect(await codeOf(files.read('dir'))).toBe('EISDIR')
      expect(await codeOf(files.write('dir', 'x'))).toBe('EISDIR')
      expect(await codeOf(files.append('dir', 'x'))).toBe('EISDIR')
      expect(await codeOf(files.read('file/x'))).toBe('ENOTDIR')
      expect(await codeOf(files.write('file/x', 'x'))).toBe('ENOTDIR')
      expect(await codeOf(files.append('file/x/y', 'x'))).toBe('ENOTDIR')
      expect(await files.stat('missing')).toBeNull()
      expect(await files.stat('file/x')).toBeNull()
      expect(await text(files, 'file')).toBe('x')
    }))
}

export function testVersions(use: UseFiles): void {
  it('writes under ifVersion only over the version the caller knows', () =>
    use(async (files) => {
      const first = await files.write('a', 'one', { ifVersion: null })
      expect(await codeOf(files.write('a', 'again', { ifVersion: null }))).toBe('EEXIST')
      const second = await files.write('a', 'two', { ifVersion: first.version })
      expect(second.version).not.toBe(first.version)
      expect(await codeOf(files.write('a', 'three', { ifVersion: first.version }))).toBe('ESTALE')
      expect(await codeOf(files.write('gone', 'x', { ifVersion: first.version }))).toBe('ESTALE')
      expect(await codeOf(files.write('a', streamOf(pattern(10)), { ifVersion: first.version }))).toBe('ESTALE')
      expect(await text(files, 'a')).toBe('two')
      expect(await files.stat('gone')).toBeNull()
    }))

  it('lets exactly one of many writers create a file', () =>
    use(async (files) => {
      const tries = Array.from({ length: 8 }, (_, i) => codeOf(files.write('a', `${i}`, { ifVersion: null })))
      const codes = await Promise.all(tries)
      expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
      expect(codes.filter((code) => code === 'EEXIST')).toHaveLength(7)
    }))

  it('changes the version with every write and append, and keeps it over a rename', () =>
    use(async (files) => {
      const versions = new Set<string>()
      for (let i = 0; i < 5; i++) versions.add((await files.write('a', 'same content')).version)
      const { version } = await files.append('a', '!')
      versions.add(version)
      expect(versions.size).toBe(6)
      await files.rename('a', 'b')
      expect((await files.stat('b'))!.version).toBe(version)
    }))
}

export function testAppend(use: UseFiles): void {
  it('appends bytes and text, and makes file and parents', () =>
    use(async (files) => {
      await files.append('logs/a.jsonl', '{"a":1}\n')
      const stat = await files.append('logs/a.jsonl', new Uint8Array([0, 255, 0, 128, 10]))
      expect(stat).toMatchObject({ path: 'logs/a.jsonl', kind: 'file', size: 13 })
      await files.append('logs/a.jsonl', 'ü\u0000')
      const tail = [0, 255, 0, 128, 10, 0xc3, 0xbc, 0]
      expect(await files.read('logs/a.jsonl')).toEqual(
        new Uint8Array([...new TextEncoder().encode('{"a":1}\n'), ...tail]),
      )
    }))

  it('appends many small pieces and large ones, in the order of the calls', () =>
    use(async (files) => {
      const pieces = [...Array.from({ length: 300 }, (_, i) => pattern(701, i)), pattern(700_000, 5), pattern(3, 6)]
      await Promise.all(pieces.map((piece) => files.append('a', piece)))
      const whole = concat(pieces)
      expect(same(await files.read('a'), whole)).toBe(true)
      expect(same(await files.read('a', 150_000, 80_000), whole.subarray(150_000, 230_000))).toBe(true)
    }))

  it('does not disturb a reader that opened before', () =>
    use(async (files) => {
      await files.write('a', 'before')
      const stream = await files.stream('a')
      await files.append('a', ' and after')
      expect(decoder.decode(await collect(stream))).toBe('before')
      expect(await text(files, 'a')).toBe('before and after')
    }))
}

export function testRanges(use: UseFiles): void {
  it('reads any range, short at the end', () =>
    use(async (files) => {
      const bytes = pattern(700_001)
      await files.write('a', bytes)
      const ranges = [
        [0, 0],
        [0, 1],
        [262_143, 2],
        [262_144, 262_144],
        [100_000, 500_000],
        [700_000, 10],
        [700_001, 10],
        [9_000_000, 10],
      ] as const
      for (const [offset, length] of ranges) {
        const expected = bytes.subarray(offset, offset + length)
        expect(same(await files.read('a', offset, length), expected), `read ${offset}+${length}`).toBe(true)
        expect(same(await collect(await files.stream('a', offset, length)), expected), `stream ${offset}`).toBe(true)
      }
      expect(same(await files.read('a', 500_000), bytes.subarray(500_000))).toBe(true)
      expect(same(await collect(await files.stream('a', 500_000)), bytes.subarray(500_000))).toBe(true)
    }))

  it('refuses ranges that are none', () =>
    use(async (files) => {
      await files.write('a', 'x')
      for (const [offset, length] of [[-1], [0.5], [Number.NaN], [0, -1], [0, 1.5]]) {
        expect(await codeOf(files.read('a', offset, length))).toBe('EINVAL')
        expect(await codeOf(files.stream('a', offset, length))).toBe('EINVAL')
      }
    }))

  it('lets a reader leave early', () =>
    use(async (files) => {
      await files.write('a', pattern(2_000_000))
      const reader = (await files.stream('a')).getReader()
      await reader.read()
      await reader.cancel()
      await (await files.stream('a')).cancel()
      await files.remove('a')
    }))
}
