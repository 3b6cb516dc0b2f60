import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { paths } from '../../test/ports/files-reading.ts'
import { folder } from './folder.ts'

const root = mkdtempSync(join(tmpdir(), 'gateway-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

// That a view keeps all promises of `Files` is tested in test/workers.
describe('folder', () => {
  it('shows a folder as a root of its own', async () => {
    const files = openNodeFiles(root)
    const view = folder(files, './workspace//')
    expect(view.root).toBe(join(root, 'workspace'))
    expect(await view.stat('')).toBeNull()
    await view.write('memory/MEMORY.md', 'x')
    expect((await files.stat('workspace/memory/MEMORY.md'))?.size).toBe(1)
    expect(await paths(view, '', true)).toEqual(['memory', 'memory/MEMORY.md'])
    expect(folder(view, 'memory').root).toBe(join(root, 'workspace/memory'))
    expect(folder(files, '')).toBe(files)
  })

  it('cannot be left, and names its own paths in errors', async () => {
    const view = folder(openNodeFiles(root), 'workspace')
    await expect(view.read('../secret')).rejects.toThrow(`EACCES: ".." is not allowed in a path, '../secret'`)
    await expect(view.read('/etc/passwd')).rejects.toThrow(/EACCES/)
    await expect(view.rename('memory', '../stolen')).rejects.toThrow(/EACCES/)
    await expect(view.read('sub/missing')).rejects.toThrow("ENOENT: no such file or directory, 'sub/missing'")
    await expect(paths(view, 'missing')).rejects.toThrow("directory, 'missing'")
    await expect(view.remove('', { recursive: true })).rejects.toThrow(/EINVAL: the root folder/)
    await expect(view.remove('.', { recursive: true })).rejects.toThrow(/EINVAL: the root folder/)
    expect(() => folder(openNodeFiles(root), '../up')).toThrow(/EACCES/)
  })
})
