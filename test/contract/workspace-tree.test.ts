/** Listing a folder of the workspace, and deleting a file of it. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

describeTargets('GET /api/workspace_tree', (_, name) => {
  const target = shareTarget(name)
  const tree = (query = '') => target().fetch(`/api/workspace_tree${query}`)
  const write = (path: string, content = 'x') => post(target(), '/api/workspace_file', { path, content })
  const remove = (path: string, headers: Record<string, string> = {}) =>
    target().fetch(`/api/workspace_file?path=${encodeURIComponent(path)}`, { method: 'DELETE', headers })
  const said = async (answer: Response) => [answer.status, await answer.text()]
  const names = ({ entries }: { entries: Array<{ name: string }> }) => entries.map((entry) => entry.name)

  it('lists one folder: names, kinds, sizes and times', async () => {
    await write('plans/genoa.md', 'Grüße')
    await write('plans/deep/er.md')
    const { entries, truncated } = await jsonOf(tree('?path=./plans/'))
    expect(truncated).toBe(false)
    expect(entries).toMatchObject([
      { name: 'deep', path: 'plans/deep', kind: 'dir', size: 0 },
      { name: 'genoa.md', path: 'plans/genoa.md', kind: 'file', size: 7 },
    ])
    expect(Math.abs(entries[1].mtime - Date.now())).toBeLessThan(60_000)
    expect(names(await jsonOf(tree()))).toEqual(expect.arrayContaining(['AGENTS.md', 'plans']))
  })

  it('says when there is more than it tells', async () => {
    for (const file of ['a', 'b', 'c']) await write(`many/${file}`)
    const { entries, truncated } = await jsonOf(tree('?path=many&limit=2'))
    expect([entries.length, truncated]).toEqual([2, true])
    expect((await jsonOf(tree('?path=many&limit=3'))).truncated).toBe(false)
  })

  it('refuses what is no folder of the workspace', async () => {
    await write('file.txt')
    expect(await said(await tree('?path=none'))).toEqual([404, 'folder not found: none\n'])
    expect(await said(await tree('?path=file.txt'))).toEqual([400, "'file.txt' is no folder\n"])
    for (const path of ['..', '../x', '/etc', 'a/../..']) {
      expect([path, ...(await said(await tree(`?path=${path}`)))]).toEqual([path, 400, 'invalid path\n'])
    }
  })

  it('deletes a file, only in the version that is known, and an empty folder', async () => {
    const saved = await write('gone/soon.md', 'one')
    const old = saved.headers.get('etag')!
    await write('gone/soon.md', 'two, of somebody else')
    expect((await remove('gone/soon.md', { 'if-match': old })).status).toBe(412)
    expect((await remove('gone')).status).toBe(409)
    expect(await jsonOf(remove('gone/soon.md'))).toEqual({ ok: true, deleted: true, path: 'gone/soon.md' })
    expect(await said(await remove('gone/soon.md'))).toEqual([404, 'file not found: gone/soon.md\n'])
    expect((await remove('gone')).status).toBe(200)
    expect(await said(await remove('../config.json'))).toEqual([400, 'invalid path\n'])
    expect((await remove('')).status).toBe(400)
  })
})
