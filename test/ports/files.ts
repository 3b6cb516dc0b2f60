/** What every `Files` promises (src/files/files.ts). Each adapter's test calls it. */
import { describe, expect, it } from 'vitest'
import { testAppend, testContent, testRanges, testVersions } from './files-contents.ts'
import { codeOf, paths, text, type UseFiles } from './files-reading.ts'
import { ACCEPTED, ESCAPING, REFUSED } from './paths.ts'

/** Runs the whole suite. */
export function testFiles(name: string, use: UseFiles): void {
  describe(`files port: ${name}`, () => {
    testPaths(use)
    testContent(use)
    testVersions(use)
    testAppend(use)
    testRanges(use)
    testFolders(use)
    testRename(use)
    testRemove(use)
  })
}

function testPaths(use: UseFiles): void {
  it('writes under every accepted path and reads it back by the name given and the name cleaned', () =>
    use(async (files) => {
      for (const [given, cleaned] of ACCEPTED) {
        if (cleaned === '') continue
        const place = `p${ACCEPTED.findIndex(([path]) => path === given)}`
        const stat = await files.write(`${place}/${given}`, given)
        expect(stat.path).toBe(`${place}/${cleaned}`)
        expect(await text(files, `${place}/${given}`)).toBe(given)
        expect(await text(files, `${place}/${cleaned}`)).toBe(given)
      }
    }))

  it('refuses to create every refused path, and makes nothing', () =>
    use(async (files) => {
      for (const path of REFUSED) {
        const codes = [
          await codeOf(files.write(path, 'x')),
          await codeOf(files.append(path, 'x')),
          await codeOf(files.mkdir(path)),
        ]
        for (const code of codes) expect(code, JSON.stringify(path)).toMatch(/^(?:EINVAL|EACCES|ENAMETOOLONG)$/)
      }
      expect(await paths(files, '', true)).toEqual([])
    }))

  it('refuses to look at a path that leaves the root', () =>
    use(async (files) => {
      for (const path of ESCAPING) {
        for (const work of [files.stat(path), files.read(path), files.stream(path), paths(files, path)]) {
          expect(await codeOf(work), JSON.stringify(path)).toMatch(/^(?:EINVAL|EACCES)$/)
        }
        expect(await codeOf(files.remove(path, { recursive: true }))).toMatch(/^(?:EINVAL|EACCES)$/)
      }
    }))

  it('says of an odd name that nothing is there, instead of refusing to look', () =>
    use(async (files) => {
      expect(await files.stat('a?b')).toBeNull()
      expect(await codeOf(files.read('con'))).toBe('ENOENT')
    }))

  it('knows the root, and does not let it be written, moved or removed', () =>
    use(async (files) => {
      expect(await files.stat('')).toMatchObject({ path: '', kind: 'dir' })
      expect(await files.stat('.')).toMatchObject({ path: '', kind: 'dir' })
      await files.mkdir('')
      expect(await codeOf(files.write('', 'x'))).toBe('EISDIR')
      expect(await codeOf(files.append('.', 'x'))).toBe('EISDIR')
      expect(await codeOf(files.read(''))).toBe('EISDIR')
      expect(await codeOf(files.remove('', { recursive: true }))).toBe('EINVAL')
      expect(await codeOf(files.rename('', 'a'))).toBe('EINVAL')
    }))
}

function testFolders(use: UseFiles): void {
  it('lists a folder, and a tree in the order of the paths', () =>
    use(async (files) => {
      for (const path of ['b', 'a/x', 'a-1', 'a/x.d/y', 'a0', '\ue000', '😀', 'é/1']) await files.write(path, path)
      await files.mkdir('a/empty')
      expect(await paths(files)).toEqual(['a', 'a-1', 'a0', 'b', 'é', '\ue000', '😀'])
      expect(await paths(files, 'a')).toEqual(['a/empty', 'a/x', 'a/x.d'])
      expect(await paths(files, 'a/empty')).toEqual([])
      expect(await paths(files, '', true)).toEqual([
        ...['a', 'a-1', 'a/empty', 'a/x', 'a/x.d', 'a/x.d/y', 'a0', 'b', 'é', 'é/1', '\ue000', '😀'],
      ])
      for await (const stat of files.list('', { recursive: true })) expect(await files.stat(stat.path)).toEqual(stat)
    }))

  it('lists 2000 files, and goes on while listed ones are removed', () =>
    use(async (files) => {
      const names = Array.from({ length: 2000 }, (_, i) => `d/${String(i).padStart(4, '0')}`)
      await Promise.all(names.map((name) => files.write(name, name, { durable: false })))
      expect(await paths(files, 'd')).toEqual(names)
      const seen: string[] = []
      for await (const { path } of files.list('', { recursive: true })) {
        if (path === 'd') continue
        seen.push(path)
        if (seen.length % 20 === 0) await files.remove(path)
      }
      expect(seen).toEqual(names)
      expect(await paths(files, 'd')).toHaveLength(1900)
    }))

  it('lets a listing be left early', () =>
    use(async (files) => {
      for (const name of ['a/b/c', 'a/d']) await files.write(name, '')
      for await (const _ of files.list('', { recursive: true })) break
      await files.remove('a', { recursive: true })
    }))

  it('refuses to list what is no folder', () =>
    use(async (files) => {
      await files.write('file', '')
      expect(await codeOf(paths(files, 'missing'))).toBe('ENOENT')
      expect(await codeOf(paths(files, 'file'))).toBe('ENOTDIR')
    }))

  it('makes folders, again without complaint, but not over a file', () =>
    use(async (files) => {
      await files.mkdir('a/b/c')
      await files.mkdir('a/b/c')
      expect(await paths(files, '', true)).toEqual(['a', 'a/b', 'a/b/c'])
      await files.write('file', '')
      expect(await codeOf(files.mkdir('file'))).toBe('EEXIST')
      expect(await codeOf(files.mkdir('file/x'))).toBe('ENOTDIR')
    }))
}

function testRename(use: UseFiles): void {
  it('renames a file over another, and makes the parents of the new name', () =>
    use(async (files) => {
      await files.write('a', 'A')
      await files.write('b', 'B')
      await files.rename('a', 'b')
      expect(await text(files, 'b')).toBe('A')
      await files.rename('b', 'x/y/z')
      expect(await text(files, 'x/y/z')).toBe('A')
      expect(await paths(files, '', true)).toEqual(['x', 'x/y', 'x/y/z'])
    }))

  it('renames a folder with all it holds, whatever the names', () =>
    use(async (files) => {
      const names = ['😀', '😀/ü', '😀/日本語.md', "a'b %_", 'a/b/c', '__proto__']
      for (const name of names.slice(1)) await files.write(`old 😀/${name}`, name)
      await files.write('old 😀x', 'a neighbour')
      await files.rename('old 😀', 'new/🦊🦊 longer')
      for (const name of names.slice(1)) expect(await text(files, `new/🦊🦊 longer/${name}`)).toBe(name)
      expect(await paths(files, 'new/🦊🦊 longer/😀')).toEqual(['new/🦊🦊 longer/😀/ü', 'new/🦊🦊 longer/😀/日本語.md'])
      expect(await paths(files)).toEqual(['new', 'old 😀x'])
    }))

  it('replaces an empty folder by a folder, and nothing that holds something', () =>
    use(async (files) => {
      await files.write('from/x', 'x')
      await files.mkdir('empty')
      await files.write('full/y', 'y')
      await files.write('file', 'f')
      expect(await codeOf(files.rename('from', 'full'))).toBe('ENOTEMPTY')
      expect(await codeOf(files.rename('from', 'file'))).toBe('ENOTDIR')
      expect(await codeOf(files.rename('file', 'empty'))).toBe('EISDIR')
      expect(await codeOf(files.rename('from', 'from/sub'))).toBe('EINVAL')
      expect(await codeOf(files.rename('missing', 'z/new'))).toBe('ENOENT')
      expect(await codeOf(files.rename('file', 'file2/'))).toBe('no error')
      await files.rename('from', 'empty')
      expect(await paths(files, '', true)).toEqual(['empty', 'empty/x', 'file2', 'full', 'full/y'])
    }))

  it('leaves a file that is renamed to itself', () =>
    use(async (files) => {
      await files.write('a', 'A')
      await files.rename('a', './a')
      expect(await text(files, 'a')).toBe('A')
    }))

  it('does not lock up when names are swapped at the same time', () =>
    use(async (files) => {
      await files.write('a', 'A')
      await files.write('b', 'B')
      const swaps = [files.rename('a', 'b'), files.rename('b', 'a'), files.write('a', 'C'), files.rename('a', 'c')]
      await Promise.allSettled(swaps)
      expect(await paths(files)).toEqual(['c'])
      expect(await text(files, 'c')).toBe('C')
    }))

  it('refuses to rename to what is no name', () =>
    use(async (files) => {
      await files.write('a', 'A')
      expect(await codeOf(files.rename('a', 'con'))).toBe('EINVAL')
      expect(await codeOf(files.rename('a', '../a'))).toBe('EACCES')
      expect(await text(files, 'a')).toBe('A')
    }))
}

function testRemove(use: UseFiles): void {
  it('removes files, empty folders, and full ones only when told', () =>
    use(async (files) => {
      await files.write('d/e/f', 'x')
      await files.write('d0', 'a neighbour')
      expect(await codeOf(files.remove('missing'))).toBe('ENOENT')
      expect(await codeOf(files.remove('missing', { recursive: true }))).toBe('ENOENT')
      expect(await codeOf(files.remove('d'))).toBe('ENOTEMPTY')
      await files.remove('d/e/f')
      await files.remove('d/e')
      expect(await paths(files, '', true)).toEqual(['d', 'd0'])
      await files.write('d/g/h', 'y')
      await files.remove('d', { recursive: true })
      expect(await paths(files, '', true)).toEqual(['d0'])
      expect(await files.stat('d/g/h')).toBeNull()
    }))
}
