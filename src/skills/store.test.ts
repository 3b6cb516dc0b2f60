import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTar } from 'nanotar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import type { Files } from '../files/index.ts'
import { skillIndex } from './index.ts'
import { SkillStore } from './store.ts'

let root: string
let files: Files
let store: SkillStore

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skill-store-'))
  files = openNodeFiles(root)
  store = new SkillStore({ workspace: () => files, now: Date.now })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = (path: string, text = '---\ndescription: d\n---\n') => files.write(`skills/${path}`, text)
const text = async (path: string) => new TextDecoder().decode(await files.read(`skills/${path}`))
const tar = (entries: Record<string, string>, name = 'pack.tar') => ({
  name,
  data: new Blob([
    createTar(Object.entries(entries).map(([name, data]) => ({ name, data }))) as Uint8Array<ArrayBuffer>,
  ]),
})

describe('list', () => {
  it('shows enabled and disabled skills by name, an enabled one before its disabled twin', async () => {
    await put('b.disabled/SKILL.md')
    await put('a/SKILL.md')
    await put('a.disabled/SKILL.md', '---\ndescription: twin\n---\n')
    await put('.hidden/SKILL.md')
    await put('stray.md')
    const found = await store.list()
    expect(found.map(({ name, enabled, description }) => [name, enabled, description])).toEqual([
      ['a', true, 'd'],
      ['b', false, 'd'],
    ])
  })

  it('shows folders that are no sound skill, and says why', async () => {
    await files.mkdir('skills/empty')
    await put('my skill/SKILL.md')
    await put('broken/SKILL.md', '---\ndescription: Use when: asked\n---\n')
    const problems = Object.fromEntries((await store.list()).map(({ name, problem }) => [name, problem]))
    expect(problems).toEqual({
      empty: 'it has no SKILL.md',
      'my skill': expect.stringContaining('rename'),
      broken: expect.stringContaining('mapping'),
    })
  })

  it('shows a prompt that is longer than the head of the file', async () => {
    const prompt = 'word '.repeat(20_000).trim()
    await store.create('long', { systemPrompt: prompt })
    expect((await store.list())[0]).toMatchObject({ systemPrompt: prompt })
  })

  it('is empty without a skills folder', async () => {
    expect(await store.list()).toEqual([])
  })
})

describe('changes', () => {
  it('hide a skill from the agent and show it again', async () => {
    await store.create('tides', { description: 'd' })
    const names = async () => (await skillIndex(files)).map(({ name }) => name)
    await store.setEnabled('tides', false)
    await store.setEnabled('tides', false)
    expect([await names(), await readdir(join(root, 'skills'))]).toEqual([[], ['tides.disabled']])
    await store.setEnabled('tides', true)
    expect(await names()).toEqual(['tides'])
  })

  it('never replace the other state of a skill', async () => {
    await put('x/SKILL.md', 'enabled')
    await put('x.disabled/SKILL.md', 'disabled')
    await expect(store.setEnabled('x', false)).rejects.toMatchObject({ status: 409 })
    await expect(store.setEnabled('x', true)).rejects.toMatchObject({ status: 409 })
    expect([await text('x/SKILL.md'), await text('x.disabled/SKILL.md')]).toEqual(['enabled', 'disabled'])
  })

  it('update a disabled skill where it is', async () => {
    await put('x.disabled/SKILL.md', '---\ndescription: old\n---\nkept\n')
    await store.update('x', { description: 'new' })
    expect(await readdir(join(root, 'skills'))).toEqual(['x.disabled'])
    expect(await text('x.disabled/SKILL.md')).toBe('---\ndescription: new\nname: x\n---\nkept\n')
  })

  it('create a skill once, also when asked twice at the same time', async () => {
    const both = await Promise.allSettled([store.create('x', { description: '1' }), store.create('x', {})])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect((await store.list())[0]!.description).toBe('1')
    expect((await files.stat('skills/x/scripts'))?.kind).toBe('dir')
    await store.setEnabled('x', false)
    await expect(store.create('x', {})).rejects.toThrow('disabled skill already exists: x')
  })

  it('go on after one that failed', async () => {
    await expect(store.update('none', {})).rejects.toMatchObject({ status: 404 })
    await store.create('x', {})
  })

  it('remove both states, and only what exists', async () => {
    await put('x/a/b')
    await put('x.disabled/SKILL.md')
    await put('y/SKILL.md')
    expect(await store.remove('x')).toBe('x')
    expect(await readdir(join(root, 'skills'))).toEqual(['y'])
    await expect(store.remove('x')).rejects.toMatchObject({ status: 404, message: 'skill not found: x' })
  })

  it.each(['..', '.', 'a/../..', '../memory', '/etc', '-rf', '', ' ', 'x.disabled', 'a\0'])(
    'refuse the name %j',
    async (name) => {
      await files.write('memory/note.md', 'x')
      await put('x.disabled/SKILL.md')
      const refused = { status: 400 }
      await expect(store.remove(name)).rejects.toMatchObject(refused)
      await expect(store.create(name, {})).rejects.toMatchObject(refused)
      await expect(store.setEnabled(name, true)).rejects.toMatchObject(refused)
      await expect(store.write(name, 'f', 'x')).rejects.toMatchObject(refused)
      await expect(store.files(name)).rejects.toMatchObject(refused)
      expect((await readdir(root)).sort()).toEqual(['memory', 'skills'])
    },
  )
})

describe('files of a skill', () => {
  it('are listed, read and written inside it only', async () => {
    await put('x/SKILL.md', 'text')
    const { path: cleaned, version } = await store.write('x', ' ./scripts//run.sh ', 'run')
    expect(cleaned).toBe('scripts/run.sh')
    expect(await store.files('x')).toEqual(['SKILL.md', 'scripts/run.sh'])
    expect(await store.read('x', 'scripts/run.sh')).toEqual({ file: 'scripts/run.sh', content: 'run', version })
    await expect(store.write('x', cleaned, 'late', { ifMatch: '"old"' })).rejects.toMatchObject({ status: 412 })
    for (const path of ['../y', '/etc/passwd', '', ' ', 'a/../../y', 'a\\b']) {
      await expect(store.write('x', path, 'x')).rejects.toMatchObject({
        status: 400,
        message: expect.stringMatching(/^invalid path/),
      })
      await expect(store.read('x', path)).rejects.toMatchObject({
        status: 400,
        message: expect.stringMatching(/^invalid path/),
      })
    }
    await expect(store.read('x', 'none')).rejects.toMatchObject({ status: 404 })
    await expect(store.read('x', 'scripts')).rejects.toMatchObject({ status: 400 })
    await files.write('skills/x/image', new Uint8Array([0x89, 0x50, 0, 0]))
    await expect(store.read('x', 'image')).rejects.toThrow('not a text file: image')
  })
})

describe('import', () => {
  it('makes a skill of every folder with a SKILL.md, an inner one also part of the outer', async () => {
    const names = await store.import(
      tar({
        'pack/README.md': 'r',
        'pack/Tide Tables/SKILL.md': 'tides',
        'pack/Tide Tables/scripts/run.sh': 'run',
        'pack/Tide Tables/templates/small/skill.md': 'small',
        'pack/archive/Skill.md': 'archive',
      }),
    )
    expect(names).toEqual(['archive', 'small', 'tide-tables'])
    expect((await readdir(join(root, 'skills'))).sort()).toEqual(names)
    expect(await store.files('tide-tables')).toEqual(['SKILL.md', 'scripts/run.sh', 'templates/small/SKILL.md'])
    expect([await text('small/SKILL.md'), await text('archive/SKILL.md')]).toEqual(['small', 'archive'])
  })

  it('names a skill at the root after the archive', async () => {
    expect(await store.import(tar({ './SKILL.md': 'x', './inner/SKILL.md': 'y' }, 'My Skill.tar'))).toEqual([
      'inner',
      'my-skill',
    ])
    expect(await store.files('my-skill')).toEqual(['SKILL.md', 'inner/SKILL.md'])
  })

  it.each([
    ['a name that is taken', { 'a/SKILL.md': 'x', 'taken/SKILL.md': 'y' }, 'skill already exists: taken'],
    ['a disabled name', { 'a/SKILL.md': 'x', 'off/SKILL.md': 'y' }, 'disabled skill already exists: off'],
    ['an unsafe name', { 'a/SKILL.md': 'x', '../evil': 'y' }, 'invalid archive entry path'],
    ['a file where a folder is', { 'a/SKILL.md': 'x', 'a/SKILL.md/b': 'y' }, 'ENOTDIR'],
    ['no skill', { 'a/README.md': 'x' }, 'no SKILL.md found in archive'],
    ['only a name of which nothing is left', { '日本/SKILL.md': 'x' }, 'no SKILL.md found in archive'],
  ])('leaves nothing behind when the archive has %s', async (_, entries, message) => {
    await put('taken/SKILL.md', 'mine')
    await put('off.disabled/SKILL.md', 'mine')
    await expect(store.import(tar(entries))).rejects.toThrow(message)
    expect((await readdir(join(root, 'skills'))).sort()).toEqual(['off.disabled', 'taken'])
    expect(await text('taken/SKILL.md')).toBe('mine')
    expect((await readdir(root)).sort()).toEqual(['skills'])
  })

  it('lets one of two imports of the same skill win, whole', async () => {
    const both = await Promise.allSettled([
      store.import(tar({ 'a/SKILL.md': 'one', 'b/SKILL.md': 'one' })),
      store.import(tar({ 'b/SKILL.md': 'two', 'c/SKILL.md': 'two' })),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const names = (await readdir(join(root, 'skills'))).sort()
    expect([['a', 'b'].join(), ['b', 'c'].join()]).toContain(names.join())
  })

  it('sweeps what a crash left, not what another import is doing', async () => {
    await put('.import-old/archive/a')
    await put('.import-new/archive/a')
    await utimes(join(root, 'skills/.import-old'), 1, 1)
    await store.import(tar({ 'a/SKILL.md': 'x' }))
    expect((await readdir(join(root, 'skills'))).sort()).toEqual(['.import-new', 'a'])
  })
})
