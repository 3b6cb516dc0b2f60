import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type NodeFiles, openNodeFiles } from '../../adapters/node/files.ts'
import type { Files } from '../files/index.ts'
import { editFileTool } from './edit-file.ts'
import { findFilesTool } from './find-files.ts'
import { grepFilesTool } from './grep-files.ts'
import { listDirTool } from './list-dir.ts'
import { readFileTool } from './read-file.ts'
import { ToolRegistry } from './registry.ts'
import { spillInto } from './spill.ts'
import { defineTool } from './tool.ts'
import type { ToolWorkspace } from './workspace-path.ts'
import { writeFileTool } from './write-file.ts'

let home: string
let files: NodeFiles

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clawgo-tools-'))
  files = openNodeFiles(join(home, 'workspace'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const registryOf = (workspace: ToolWorkspace, spill?: ReturnType<typeof spillInto>) => {
  const registry = new ToolRegistry(spill && { spill })
  registry.register(readFileTool(workspace))
  registry.register(writeFileTool(workspace))
  registry.register(editFileTool(workspace))
  registry.register(listDirTool(workspace))
  registry.register(findFilesTool(workspace))
  registry.register(grepFilesTool(workspace))
  return registry
}

const context = {
  session: 'main',
  channel: 'cli',
  chat: 'direct',
  turn: 'main/1',
  callId: 'main/1/0/call:1',
  owner: true,
  signal: new AbortController().signal,
}

const use = async (name: string, input: unknown, workspace: ToolWorkspace = { files: () => files }) =>
  (await registryOf(workspace).call({ name, input, context })).output

const content = async (path: string) =>
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await files.read(path))

const TOO_COMPLEX = 'Error: the pattern is too complex: use at most four * in a name, four ** and four {}'

describe('read_file', () => {
  it('returns the text, or a part of it by bytes', async () => {
    await files.write('a.txt', 'hello world')
    expect(await use('read_file', { path: 'a.txt' })).toBe('hello world')
    expect(await use('read_file', { path: './a.txt', offset: '6', limit: 3 })).toBe('wor')
    expect(await use('read_file', { path: 'a.txt', offset: 0, limit: 0 })).toBe('hello world')
  })

  it('takes an absolute path inside the workspace', async () => {
    await files.write('sub/a.txt', 'x')
    expect(await use('read_file', { path: join(files.root, 'sub/a.txt') })).toBe('x')
  })

  it('gives every character to one of the slices that follow each other', async () => {
    const text = 'aé漢😀'.repeat(20)
    await files.write('a.txt', text)
    const size = (await files.stat('a.txt'))!.size
    let read = ''
    for (let offset = 0; offset < size; offset += 7) read += await use('read_file', { path: 'a.txt', offset, limit: 7 })
    expect(read).toBe(text)
  })

  it('stops at its own limit and says where to go on', async () => {
    const text = `${'x'.repeat(32_767)}é${'y'.repeat(10)}`
    await files.write('a.txt', text)
    const first = await use('read_file', { path: 'a.txt' })
    const notice = /\n\n\[… bytes 0 to (\d+) of 32779; go on with offset=\1 …\]$/
    expect(first).toMatch(notice)
    const rest = await use('read_file', { path: 'a.txt', offset: notice.exec(first)![1] })
    expect(first.replace(notice, '') + rest).toBe(text)
  })

  it('reads an empty file, UTF-16 and old Chinese text', async () => {
    await files.write('empty.txt', '')
    await files.write('wide.txt', Uint8Array.of(0xff, 0xfe, 0x41, 0x00, 0x22, 0x6f))
    await files.write('old.txt', Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3))
    expect(await use('read_file', { path: 'empty.txt' })).toBe('')
    expect(await use('read_file', { path: 'wide.txt' })).toBe('A漢')
    expect(await use('read_file', { path: 'old.txt' })).toBe('你好')
  })

  it.each([
    [{}, 'Error: path is required'],
    [{ path: 'gone.txt' }, "Error: ENOENT: no such file or directory, 'gone.txt'"],
    [{ path: 'a.txt', offset: 11 }, 'Error: offset 11 is beyond file size 11'],
    [{ path: 'sub' }, "Error: EISDIR: is a directory, 'sub'"],
    [{ path: 'b.bin' }, "Error: 'b.bin' is not a text file (4 bytes)"],
    [{ path: '../x' }, "Error: the path may leave the workspace: give one without '..'"],
    [{ path: '/etc/passwd' }, 'Error: the path is outside the workspace: give a path relative to the workspace'],
  ])('refuses %j', async (input, output) => {
    await files.write('a.txt', 'hello world')
    await files.write('b.bin', Uint8Array.of(1, 0, 2, 0))
    await files.mkdir('sub')
    expect(await use('read_file', input)).toBe(output)
  })

  it('does not follow a link out of the workspace', async () => {
    await writeFile(join(home, 'outside.txt'), 'outside')
    await symlink(join(home, 'outside.txt'), join(files.root, 'link.txt'))
    expect(await use('read_file', { path: 'link.txt' })).toMatch(/^Error: EACCES/)
  })
})

describe('what file tools never touch', () => {
  const secrets = ['.clawgo/config.json', '.ClawGo/x', 'a/.env', '.env.production', '.ssh/known_hosts', 'k/id_ed25519']

  it.each(secrets)('%s', async (path) => {
    await files.write(path, 'secret stuff')
    for (const name of ['read_file', 'write_file', 'edit_file']) {
      const output = await use(name, { path, content: 'x', old_text: 'secret', new_text: 'x' })
      expect(output).toBe(`Error: '${path}' may hold secrets and is closed to file tools`)
    }
    expect(await use('find_files', { pattern: '*' })).toBe('No files match *')
    expect(await use('grep_files', { pattern: 'secret' })).toBe('No lines match secret')
    expect(await content(path)).toBe('secret stuff')
  })

  it('is also what the gateway hides', async () => {
    await files.write('config.json', '{}')
    const workspace = { files: () => files, hidden: (path: string) => path === 'config.json' }
    expect(await use('read_file', { path: './config.json' }, workspace)).toMatch(/closed to file tools$/)
    expect(await use('list_dir', { path: '.' }, workspace)).toBe('(empty)')
  })

  it('is not the example of a secret', async () => {
    expect(await use('write_file', { path: '.env.example', content: 'KEY=' })).toMatch(/^File written/)
  })
})

describe('write_file', () => {
  it('makes folders, replaces and appends', async () => {
    const path = 'new/dir/a.txt'
    expect(await use('write_file', { path, content: 'one\n' })).toBe(`File written successfully: ${path}`)
    expect(await use('write_file', { path, content: '  two ', append: 'true' })).toBe(
      `File appended successfully: ${path}`,
    )
    expect(await content(path)).toBe('one\n  two ')
    expect(await use('write_file', { path, content: '' })).toBe(`File written successfully: ${path}`)
    expect(await content(path)).toBe('')
  })

  it.each([
    [{ content: 'x' }, 'Error: path is required'],
    [{ path: 'a' }, 'Error: content is required'],
  ])('refuses %j', async (input, output) => {
    expect(await use('write_file', input)).toBe(output)
  })
})

describe('edit_file', () => {
  const edit = (old_text: string, new_text: string) => use('edit_file', { path: 'a.txt', old_text, new_text })

  it('replaces the only occurrence, and deletes with an empty text', async () => {
    await files.write('a.txt', 'one two three')
    expect(await edit('two ', '$& ')).toBe('Successfully edited a.txt')
    expect(await content('a.txt')).toBe('one $& three')
    expect(await edit(' $& ', '')).toBe('Successfully edited a.txt')
    expect(await content('a.txt')).toBe('onethree')
  })

  it('refuses text that is missing or not unique', async () => {
    await files.write('a.txt', 'x y x')
    expect(await edit('z', 'w')).toBe('Error: old_text not found in file')
    expect(await edit('x', 'w')).toBe('Error: old_text appears 2 times, please make it unique')
    expect(await edit('', 'w')).toBe('Error: old_text is required')
    expect(await use('edit_file', { path: 'a.txt', old_text: 'y' })).toBe('Error: new_text is required')
    expect(await content('a.txt')).toBe('x y x')
  })

  it('keeps the line ends and the byte order mark of the file', async () => {
    await files.write('a.txt', '\ufeffone\r\ntwo\r\nthree\r\n')
    expect(await edit('one\ntwo', 'one\n1.5\ntwo')).toBe('Successfully edited a.txt')
    expect(await content('a.txt')).toBe('\ufeffone\r\n1.5\r\ntwo\r\nthree\r\n')
  })

  it('loses neither of two edits that race', async () => {
    await files.write('a.txt', 'one two three')
    await Promise.all([edit('one', '1'), edit('three', '3'), edit('two', '2')])
    expect(await content('a.txt')).toBe('1 2 3')
  })

  it('does not touch what it could not write back', async () => {
    await files.write('a.txt', Uint8Array.of(0x61, 0xff, 0x62))
    expect(await edit('a', 'x')).toMatch(/is not UTF-8 text/)
    expect(await files.read('a.txt')).toEqual(Uint8Array.of(0x61, 0xff, 0x62))
  })
})

describe('list_dir', () => {
  beforeEach(async () => {
    await files.write('src/a.ts', '')
    await files.write('src/lib/b.ts', '')
    await files.write('src/node_modules/dep/index.js', '')
    await files.mkdir('src/none')
  })

  it('names what a folder holds', async () => {
    expect(await use('list_dir', { path: 'src' })).toBe('FILE: a.ts\nDIR:  lib\nDIR:  node_modules\nDIR:  none')
    expect(await use('list_dir', { path: '.' })).toBe('DIR:  src')
    expect(await use('list_dir', { path: 'src/none' })).toBe('(empty)')
    expect(await use('list_dir', {})).toBe('Error: path is required')
    expect(await use('list_dir', { path: 'gone' })).toMatch(/^Error: ENOENT/)
  })

  it('names paths relative to the folder when it goes deeper, and stays out of node_modules', async () => {
    expect(await use('list_dir', { path: 'src', recursive: 'yes' })).toBe(
      'FILE: a.ts\nDIR:  lib\nFILE: lib/b.ts\nDIR:  node_modules\nDIR:  none',
    )
    expect(await use('list_dir', { path: 'src/node_modules', recursive: true })).toBe('DIR:  dep\nFILE: dep/index.js')
  })

  it('says when it leaves entries out', async () => {
    for (let i = 0; i < 1001; i++) await files.write(`many/${i}`, '', { durable: false })
    const lines = (await use('list_dir', { path: 'many' })).split('\n')
    expect(lines).toHaveLength(1001)
    expect(lines.at(-1)).toContain('more than 1000 entries')
  })
})

describe('find_files', () => {
  beforeEach(async () => {
    for (const path of ['a.ts', 'src/b.ts', 'src/deep/c.tsx', 'src/report (1).md', '.git/x.ts'])
      await files.write(path, '')
  })

  it.each([
    [{ pattern: '*.ts' }, 'a.ts\nsrc/b.ts'],
    [{ pattern: './*.ts', path: 'src' }, 'src/b.ts'],
    [{ pattern: 'src/**/*.{ts,tsx}' }, 'src/b.ts\nsrc/deep/c.tsx'],
    [{ pattern: '**/*', path: 'src/deep' }, 'src/deep/c.tsx'],
    [{ pattern: 'report (?).md' }, 'src/report (1).md'],
    [{ pattern: '*.ts', path: '.git' }, '.git/x.ts'],
    [{ pattern: '*.rs' }, 'No files match *.rs'],
    [{ pattern: '*', limit: 1 }, 'a.ts\n[… more than 1 files; use a narrower pattern or a higher limit …]'],
    [{ pattern: '' }, 'Error: pattern is required'],
    [{ pattern: '*a*a*a*a*a*' }, TOO_COMPLEX],
    [{ pattern: `${'{a,aa}'.repeat(40)}b` }, TOO_COMPLEX],
  ])('finds %j', async (input, output) => {
    expect(await use('find_files', input)).toBe(output)
  })

  it('is not held up by a hostile pattern', async () => {
    await files.write('a'.repeat(200), '')
    const start = performance.now()
    for (const pattern of ['(a+)+b', '+(a|aa)+b', '{a,aa}+b', '[a]+[a]+[a]+[a]+b', '*a*a*a*b']) {
      await use('find_files', { pattern })
    }
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

describe('grep_files', () => {
  beforeEach(async () => {
    await files.write('notes.md', '# Tea\r\nGreen tea (hot)\r\n')
    await files.write('src/a.ts', 'const tea = 1\n')
    await files.write('old.txt', Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3))
    await files.write('b.bin', Uint8Array.of(0x74, 0x65, 0x61, 0))
  })

  it.each([
    [{ pattern: 'tea' }, 'notes.md:2: Green tea (hot)\nsrc/a.ts:1: const tea = 1'],
    [{ pattern: 'TEA', ignore_case: true, glob: '*.md' }, 'notes.md:1: # Tea\nnotes.md:2: Green tea (hot)'],
    [{ pattern: '^(const|let)\\s', path: 'src' }, 'src/a.ts:1: const tea = 1'],
    [{ pattern: '(hot)$' }, 'No lines match (hot)$'],
    [{ pattern: '(hot)', literal: true, path: 'notes.md' }, 'notes.md:2: Green tea (hot)'],
    [{ pattern: '你好' }, 'old.txt:1: 你好'],
    [
      { pattern: 'tea', limit: 1 },
      'notes.md:2: Green tea (hot)\n[… more than 1 lines match; narrow the pattern, the path or the glob …]',
    ],
    [{ pattern: 'x', path: 'gone' }, "Error: ENOENT: no such file or directory, 'gone'"],
  ])('finds %j', async (input, output) => {
    expect(await use('grep_files', input)).toBe(output)
  })

  it('explains an invalid expression', async () => {
    expect(await use('grep_files', { pattern: '(' })).toMatch(
      /^Error: invalid regular expression \(RE2 syntax.*missing/,
    )
  })

  it('takes linear time for expressions that would hang a backtracking engine', async () => {
    await files.write('hostile.txt', `${'a'.repeat(20_000)}!`)
    const start = performance.now()
    expect(await use('grep_files', { pattern: '^(a+)+$', path: 'hostile.txt' })).toMatch(/^No lines match/)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it('shows the part of a long line that matches', async () => {
    await files.write('long.txt', `${'x'.repeat(5000)}needle${'y'.repeat(5000)}`)
    const output = await use('grep_files', { pattern: 'needle', path: 'long.txt' })
    expect(output).toMatch(/^long\.txt:1: …x+needley+…$/)
    expect(output.length).toBeLessThan(550)
  })
})

describe('output that is too long', () => {
  const long = defineTool({
    name: 'long',
    description: 'Long.',
    input: z.object({}),
    run: async () => 'line of output\n'.repeat(5000),
  })

  it('can be read from the file that the notice names, and only read', async () => {
    const registry = registryOf(
      { files: () => files },
      spillInto(() => files),
    )
    registry.register(long)
    const { output } = await registry.call({ name: 'long', input: {}, context })
    const path = /is in (\S+), read it/.exec(output)![1]!
    expect(path).toMatch(/^\.clawgo\/tool-output\/main-1-0-call-1-[0-9a-f]{8}\.txt$/)
    expect(await use('read_file', { path, limit: 14 })).toBe('line of output')
    expect(await use('write_file', { path, content: '' })).toMatch(/closed to file tools$/)
    expect(await use('list_dir', { path: '.' })).toBe('(empty)')
  })

  it('keeps the newest outputs only', async () => {
    const spill = spillInto(() => files, 2)
    const kept: string[] = []
    for (const id of ['a', 'b', 'c']) kept.push(await spill(id, id))
    const listed: string[] = []
    for await (const { path } of (files as Files).list('.clawgo/tool-output')) listed.push(path)
    expect(listed).toHaveLength(2)
    expect(listed).toContain(kept[2])
  })
})
