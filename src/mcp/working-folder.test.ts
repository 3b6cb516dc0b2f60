import { mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { memoryFiles } from '../../test/support/memory-files.ts'
import { folderUrl, workingFolder } from './working-folder.ts'

let root: string
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mcp-folder-')))
  await mkdir(join(root, 'sub'))
  await symlink('/etc', join(root, 'out'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const folder = (working_dir: string, permission = '') => workingFolder(openNodeFiles(root), { working_dir, permission })

describe('the folder a stdio server starts in', () => {
  it('is the workspace or a folder of it, made when missing', async () => {
    expect(await folder('')).toBe(root)
    expect(await folder(root, 'full')).toBe(root)
    expect(await folder(`${root}/sub/`)).toBe(`${root}/sub`)
    expect(await folder('./new//deep', 'workspace')).toBe(`${root}/new/deep`)
    expect((await stat(join(root, 'new/deep'))).isDirectory()).toBe(true)
  })

  it.each(['..', 'sub/../../x', '/', '/etc'])('is never %s without permission', async (path) => {
    await expect(folder(path)).rejects.toThrow('must stay within the workspace unless permission=full')
  })

  it('is not behind a link that leads out', async () => {
    await expect(folder('out')).rejects.toThrow(/EACCES|EEXIST|ENOTDIR/)
    await expect(folder('out/new')).rejects.toThrow(/EACCES/)
  })

  it('may be anywhere with full permission, by its absolute path', async () => {
    expect(await folder('/etc', ' FULL ')).toBe('/etc')
    await expect(folder('sub', 'full')).rejects.toThrow('mcp working_dir must be absolute when permission=full')
  })

  it('needs a disk', async () => {
    await expect(workingFolder(memoryFiles(), { working_dir: '', permission: '' })).rejects.toThrow(/disk/)
  })
})

it('names folders as URLs', () => {
  expect(folderUrl('/a b/ü#?')).toBe('file:///a%20b/%C3%BC%23%3F')
  expect(folderUrl('C:\\work')).toBe('file:///C:/work')
})
