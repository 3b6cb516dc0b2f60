import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import type { Files } from '../files/index.ts'
import { isUnfilled, promptDocuments, seedWorkspace, templates } from './index.ts'

let root: string
let files: Files

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clawgo-workspace-'))
  files = await openNodeFiles(join(root, 'workspace'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const text = async (name: string) => new TextDecoder().decode(await files.read(name))
const names = async () => (await promptDocuments(files)).map((document) => document.name)

describe('seedWorkspace', () => {
  it('gives an empty workspace its documents, each with a heading of its own name', async () => {
    const written = await seedWorkspace(files)
    expect(written.sort()).toEqual([
      'AGENTS.md',
      'BOOT.md',
      'BOOTSTRAP.md',
      'HEARTBEAT.md',
      'IDENTITY.md',
      'MEMORY.md',
      'SOUL.md',
      'TOOLS.md',
      'USER.md',
    ])
    for (const name of written) expect(await text(name)).toMatch(new RegExp(`^# ${name}\n`))
  })

  it('leaves a workspace alone that holds any file, also deep in a folder', async () => {
    await files.write('notes/deep/mine.txt', 'mine')
    expect(await seedWorkspace(files)).toEqual([])
    expect(await files.stat('AGENTS.md')).toBeNull()
  })

  it('does not bring back what the owner removed', async () => {
    await seedWorkspace(files)
    await files.remove('BOOTSTRAP.md')
    expect(await seedWorkspace(files)).toEqual([])
    expect(await files.stat('BOOTSTRAP.md')).toBeNull()
  })

  it('counts a workspace with only folders and hidden files as empty', async () => {
    await files.mkdir('memory')
    await files.write('.git/HEAD', 'ref: refs/heads/main')
    expect(await seedWorkspace(files)).toHaveLength(Object.keys(templates).length)
  })

  it('keeps a file that appears while it writes', async () => {
    const racing: Files = {
      ...bound(files),
      async write(path, data, options) {
        if (path === 'SOUL.md') await files.write('SOUL.md', 'mine')
        return files.write(path, data, options)
      },
    }
    expect(await seedWorkspace(racing)).not.toContain('SOUL.md')
    expect(await text('SOUL.md')).toBe('mine')
  })
})

describe('promptDocuments', () => {
  it('follows the contract order, whatever order the files came in', async () => {
    for (const name of ['TOOLS.md', 'IDENTITY.md', 'USER.md', 'SOUL.md', 'BOOT.md', 'AGENTS.md', 'HEARTBEAT.md']) {
      await files.write(name, `about ${name}`)
    }
    expect(await names()).toEqual(['AGENTS.md', 'BOOT.md', 'SOUL.md', 'USER.md', 'IDENTITY.md', 'TOOLS.md'])
  })

  it('leaves out missing and blank documents', async () => {
    await files.write('SOUL.md', ' \n\n')
    await files.write('TOOLS.md', 'a printer')
    expect(await promptDocuments(files)).toEqual([{ name: 'TOOLS.md', text: 'a printer' }])
  })

  it('adds BOOTSTRAP.md at the end until both USER.md and IDENTITY.md are filled in', async () => {
    await seedWorkspace(files)
    expect((await names()).at(-1)).toBe('BOOTSTRAP.md')
    await files.write('USER.md', templates['USER.md']!.replace('- Name:', '- Name: Ada'))
    expect((await names()).at(-1)).toBe('BOOTSTRAP.md')
    await files.write('IDENTITY.md', templates['IDENTITY.md']!.replace('- Name:', '- Name: Crab'))
    expect((await names()).at(-1)).toBe('TOOLS.md')
    await files.remove('USER.md')
    expect((await names()).at(-1)).toBe('BOOTSTRAP.md')
  })

  it('cuts a long document with a notice and never inside a character', async () => {
    await files.write('AGENTS.md', `${'a'.repeat(99)}😀${'b'.repeat(5000)}`)
    const [document] = await promptDocuments(files, 100)
    expect(document!.text).toBe(
      `${'a'.repeat(99)}\n\n[AGENTS.md goes on: only its first 99 characters are shown. Use read_file for the rest.]`,
    )
  })

  it('keeps a document of exactly the limit whole, in any script', async () => {
    await files.write('AGENTS.md', '蟹'.repeat(100))
    expect((await promptDocuments(files, 100))[0]!.text).toBe('蟹'.repeat(100))
  })

  it('says so in place of a document that cannot be read, and still gives the others', async () => {
    await files.mkdir('AGENTS.md')
    await files.write('TOOLS.md', 'a printer')
    const [agents, tools] = await promptDocuments(files)
    expect(agents!.text).toMatch(/^\[AGENTS\.md cannot be read: E/)
    expect(tools!.text).toBe('a printer')
  })
})

describe('isUnfilled', () => {
  it.each(['', '# Me\n', '<!-- a\nb -->', '- Name:\n- Age:', '# Me\n\nWho I am.\n\n- Name:\n'])(
    'is true for %j',
    (t) => {
      expect(isUnfilled(t)).toBe(true)
    },
  )
  it.each(['I am Ada.', '- Name: Ada', '- Name:\n- Age: 36', 'Who I am.\n- Name: Ada\n- Age:'])(
    'is false for %j',
    (t) => {
      expect(isUnfilled(t)).toBe(false)
    },
  )
})

/** A copy of the port whose methods can be overridden one by one. */
function bound(of: Files): Files {
  return {
    root: of.root,
    stat: of.stat.bind(of),
    read: of.read.bind(of),
    stream: of.stream.bind(of),
    write: of.write.bind(of),
    append: of.append.bind(of),
    list: of.list.bind(of),
    mkdir: of.mkdir.bind(of),
    rename: of.rename.bind(of),
    remove: of.remove.bind(of),
  }
}
