/** What a real disk can hold that could lead out of the root, or surprise within it. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeFiles, openNodeFiles } from '../../adapters/node/files.ts'
import { collect } from './bytes.ts'
import { codeOf, paths, text } from './files-reading.ts'

describe.each([true, false])('files on a disk, walking by descriptors: %s', (descriptors) => {
  let base: string
  let root: string
  let files: NodeFiles

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'gateway-links-'))
    root = join(base, 'root')
    files = openNodeFiles(root, { descriptors })
    mkdirSync(join(base, 'rootevil'))
    writeFileSync(join(base, 'outside'), 'secret')
    writeFileSync(join(base, 'rootevil/secret'), 'secret')
  })
  afterEach(() => rmSync(base, { recursive: true, force: true }))

  const link = (target: string, name: string) => symlinkSync(target, join(root, name))

  it('makes the root, new folders and new files private', async () => {
    await files.write('d/f', 'x')
    await files.append('d/log', 'x')
    expect([root, `${root}/d`].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700])
    expect([`${root}/d/f`, `${root}/d/log`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    expect(files.root).toBe(root)
  })

  it('keeps the mode of a file that it replaces', async () => {
    writeFileSync(join(root, 'script.sh'), 'old')
    chmodSync(join(root, 'script.sh'), 0o755)
    await files.write('script.sh', 'new')
    expect(statSync(join(root, 'script.sh')).mode & 0o777).toBe(0o755)
  })

  it.each([
    ['a relative link out', '../outside', ''],
    ['an absolute link out', '/etc/passwd', ''],
    ['a link to a sibling whose name starts like the root', '../rootevil', 'secret'],
    ['a link to /etc', '/etc', 'passwd'],
    ['a link to the root of the process', '/proc/self/root', 'etc/passwd'],
    ['a dangling link out', '../not-there', ''],
  ])('does not follow %s', async (_, target, below) => {
    link(target, 'l')
    const path = below ? `l/${below}` : 'l'
    expect(await codeOf(files.stat(path))).toBe('EACCES')
    expect(await codeOf(files.read(path))).toBe('EACCES')
    expect(await codeOf(files.stream(path))).toBe('EACCES')
    expect(await codeOf(files.append(path, 'x'))).toBe('EACCES')
    expect(await codeOf(paths(files, 'l'))).toBe('EACCES')
    expect(await codeOf(files.write('l/new', 'x'))).toBe('EACCES')
    expect(await codeOf(files.mkdir('l/new'))).toBe('EACCES')
    expect(await codeOf(files.rename('l/secret', 'stolen'))).toBe('EACCES')
    expect(await codeOf(files.remove('l/secret'))).toBe('EACCES')
    expect(readFileSync(join(base, 'outside'), 'utf8')).toBe('secret')
    expect(readFileSync(join(base, 'rootevil/secret'), 'utf8')).toBe('secret')
  })

  it('does not follow a link that goes up and out from a folder below', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true })
    link('../../../rootevil', 'a/b/l')
    link('b', 'a/inside')
    expect(await codeOf(files.read('a/b/l/secret'))).toBe('EACCES')
    expect(await codeOf(files.read('a/inside/l/secret'))).toBe('EACCES')
  })

  it('follows links that stay inside, relative and absolute, for reading, listing and appending', async () => {
    await files.write('real/dir/f', 'content')
    link('real/dir', 'relative')
    link(join(root, 'real/dir'), 'absolute')
    link('../real/dir/f', 'file')
    link('real/dir/f', 'file2')
    expect(await text(files, 'relative/f')).toBe('content')
    expect(await text(files, 'absolute/f')).toBe('content')
    expect(await text(files, 'file2')).toBe('content')
    expect(await codeOf(files.read('file'))).toBe('EACCES')
    expect(await paths(files, 'relative')).toEqual(['relative/f'])
    expect(await files.stat('file2')).toMatchObject({ path: 'file2', kind: 'file', size: 7 })
    await files.append('file2', '!')
    await files.write('absolute/new', 'n')
    expect(await text(files, 'real/dir/f')).toBe('content!')
    expect(await text(files, 'real/dir/new')).toBe('n')
    expect(readlinkSync(join(root, 'file2'))).toBe('real/dir/f')
  })

  it('shows links as what they lead to, without walking into them, and hides those that lead out', async () => {
    await files.write('real/f', 'content')
    for (const [target, name] of [
      ['real', 'folder'],
      ['real/f', 'file'],
      ['../outside', 'out'],
      ['nowhere', 'dangling'],
      ['loop', 'loop'],
    ] as const) {
      link(target, name)
    }
    expect(await paths(files, '', true)).toEqual(['file', 'folder', 'real', 'real/f'])
  })

  it('replaces and removes the link itself, never what it points to', async () => {
    link('../outside', 'l')
    await files.write('l', 'mine')
    expect(lstatSync(join(root, 'l')).isSymbolicLink()).toBe(false)
    mkdirSync(join(root, 'd'))
    link('../../rootevil', 'd/l')
    await files.remove('d', { recursive: true })
    link('../rootevil', 'm')
    await files.rename('m', 'n')
    await files.remove('n')
    expect(readFileSync(join(base, 'outside'), 'utf8')).toBe('secret')
    expect(readFileSync(join(base, 'rootevil/secret'), 'utf8')).toBe('secret')
    expect(await paths(files)).toEqual(['l'])
  })

  it('gives up on loops', async () => {
    link('one', 'one')
    link('three', 'two')
    link('two', 'three')
    for (const path of ['one', 'two', 'one/x', 'three/x']) expect(await codeOf(files.read(path))).toBe('ELOOP')
  })

  it('says that nothing is there when a link dangles inside', async () => {
    link('nowhere', 'l')
    expect(await codeOf(files.read('l'))).toBe('ENOENT')
    expect(await files.stat('l')).toBeNull()
  })

  it('neither blocks on a FIFO nor takes it for a file', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')])
    expect(await codeOf(files.read('fifo'))).toBe('EINVAL')
    expect(await codeOf(files.stream('fifo'))).toBe('EINVAL')
    expect(await codeOf(files.stat('fifo'))).toBe('EINVAL')
    expect(await codeOf(files.append('fifo', 'x'))).toBe('EINVAL')
    expect(await paths(files)).toEqual([])
    await files.write('fifo', 'a file now')
    expect(await text(files, 'fifo')).toBe('a file now')
  })

  it('breaks a hard link when it replaces the file', async () => {
    linkSync(join(base, 'outside'), join(root, 'hard'))
    await files.write('hard', 'mine')
    expect(readFileSync(join(base, 'outside'), 'utf8')).toBe('secret')
  })

  it('shows, reads, edits, moves and removes existing files whose names it would not create', async () => {
    for (const name of ['what?', 'con', 'x.', 'a\\b', 'tab\there', 'Cafe\u0301']) writeFileSync(join(root, name), name)
    mkdirSync(join(root, 'Notes: 2024'))
    expect(await paths(files)).toEqual(['Cafe\u0301', 'Notes: 2024', 'a\\b', 'con', 'tab\there', 'what?', 'x.'])
    expect(await text(files, 'what?')).toBe('what?')
    await files.write('con', 'edited')
    await files.append('Cafe\u0301', '!')
    await files.write('Notes: 2024/new', 'new')
    expect(await codeOf(files.write('Notes: 2024/new?', 'new'))).toBe('EINVAL')
    expect(await codeOf(files.rename('con', 'aux'))).toBe('EINVAL')
    await files.rename('a\\b', 'ab')
    await files.remove('x.')
    expect(await text(files, 'con')).toBe('edited')
    expect(await text(files, 'Cafe\u0301')).toBe('Cafe\u0301!')
    expect(await paths(files, '', true)).toEqual([
      ...['Cafe\u0301', 'Notes: 2024', 'Notes: 2024/new', 'ab', 'con', 'tab\there', 'what?'],
    ])
  })

  it('hides unfinished writes, and sweeps them an hour later', async () => {
    mkdirSync(join(root, 'd'))
    const [young, old] = ['.f.0123456789abcdef.tmp', 'd/.f.fedcba9876543210.tmp'].map((name) => join(root, name))
    const own = join(root, 'd/.notes.tmp')
    for (const path of [young!, old!, own]) writeFileSync(path, 'half')
    const longAgo = Date.now() / 1000 - 4000
    utimesSync(old!, longAgo, longAgo)
    utimesSync(own, longAgo, longAgo)
    expect(await paths(files, '', true)).toEqual(['d', 'd/.notes.tmp'])
    await files.sweep()
    expect(statSync(young!).size).toBe(4)
    expect(() => statSync(old!)).toThrow(/ENOENT/)
    expect(statSync(own).size).toBe(4)
    expect(await codeOf(files.write('.f.0123456789abcdef.tmp2', 'x'))).toBe('no error')
    expect(await codeOf(files.write('.g.0123456789abcdef.tmp', 'x'))).toBe('EINVAL')
  })

  it('names only relative paths in its errors', async () => {
    writeFileSync(join(root, 'file'), '')
    link('../outside', 'l')
    const attempts = [
      () => files.read('missing/x'),
      () => files.read('file/x'),
      () => files.read('l'),
      () => files.write('file/x', ''),
    ]
    for (const attempt of attempts) {
      const message = await attempt().then(
        () => 'no error',
        (error: Error) => `${error.message} ${error.cause ?? ''}`,
      )
      expect(message).toMatch(/^E[A-Z]+: .*, '(?:missing\/x|file\/x|l)' $/)
      expect(message).not.toContain(base)
    }
  })

  it('finds the content again under the same version, and a changed one under another', async () => {
    const { version } = await files.write('a', 'one')
    expect((await openNodeFiles(root).stat('a'))!.version).toBe(version)
    writeFileSync(join(root, 'a'), 'edited by hand')
    expect(await codeOf(files.write('a', 'two', { ifVersion: version }))).toBe('ESTALE')
    expect((await collect(await files.stream('a'))).length).toBe(14)
  })
})
