/** gateway-api.md "Memory", api-behaviour.md section 5.10. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

describeTargets('/api/memory', (_, name) => {
  const target = shareTarget(name)
  const get = (path: string, headers: Record<string, string> = {}) =>
    target().fetch(`/api/memory?path=${encodeURIComponent(path)}`, { headers })
  const remove = (path: string, headers: Record<string, string> = {}) =>
    target().fetch(`/api/memory?path=${encodeURIComponent(path)}`, { method: 'DELETE', headers })
  const write = (body: unknown, headers: Record<string, string> = {}) => post(target(), '/api/memory', body, headers)
  const list = async (): Promise<string[]> => (await jsonOf(target().fetch('/api/memory'))).files
  const said = async (answer: Response) => [answer.status, await answer.text()]

  it('writes, lists, reads and deletes a file', async () => {
    expect(await jsonOf(write({ path: ' ./notes.md ', content: 'Remember <this>.\n' }))).toEqual({
      ok: true,
      path: 'notes.md',
    })
    await write({ path: 'trips/2026/oslo.md', content: 'Tea at eight' })
    expect(await list()).toEqual(expect.arrayContaining(['notes.md', 'trips/2026/oslo.md']))
    expect(await jsonOf(get('notes.md'))).toEqual({ ok: true, path: 'notes.md', content: 'Remember <this>.\n' })
    expect(await jsonOf(target().fetch('/api/workspace_file?path=memory/notes.md'))).toMatchObject({ found: true })
    expect(await jsonOf(remove('notes.md'))).toEqual({ ok: true, deleted: true, path: 'notes.md' })
    expect(await list()).not.toContain('notes.md')
  })

  it('means by MEMORY.md the one in the root of the workspace', async () => {
    await post(target(), '/api/workspace_file', { path: 'memory/MEMORY.md', content: 'the other one' })
    expect(await jsonOf(write({ path: 'MEMORY.md', content: 'Likes tea' }))).toEqual({ ok: true, path: 'MEMORY.md' })
    expect(await jsonOf(get('MEMORY.md'))).toMatchObject({ path: 'MEMORY.md', content: 'Likes tea' })
    expect((await jsonOf(target().fetch('/api/workspace_file?path=MEMORY.md'))).content).toBe('Likes tea')
    expect((await list()).filter((path) => path.endsWith('MEMORY.md'))).toEqual(['MEMORY.md'])
    expect((await remove('MEMORY.md')).status).toBe(200)
    expect(await list()).not.toContain('MEMORY.md')
    expect((await jsonOf(target().fetch('/api/workspace_file?path=memory/MEMORY.md'))).content).toBe('the other one')
  })

  it('sorts the list, and a file that was given no content is empty', async () => {
    for (const path of ['z.md', 'ä.md', 'B.md', 'a.txt']) await write({ path })
    const files = (await list()).filter((path) => ['z.md', 'ä.md', 'B.md', 'a.txt'].includes(path))
    expect(files).toEqual(['B.md', 'a.txt', 'z.md', 'ä.md'])
    expect(await jsonOf(get('z.md'))).toMatchObject({ content: '' })
  })

  it('answers 404 for what is missing', async () => {
    expect(await said(await get('none.md'))).toEqual([404, 'memory file not found: none.md\n'])
    expect(await said(await remove('none.md'))).toEqual([404, 'memory file not found: none.md\n'])
  })

  it('refuses paths that leave the folder, and folders as files', async () => {
    for (const path of ['.', '/etc/passwd', '..', '../AGENTS.md', 'a/../../AGENTS.md', '..\0']) {
      expect([path, ...(await said(await get(path)))]).toEqual([path, 400, 'invalid path\n'])
      expect([path, ...(await said(await write({ path, content: 'x' })))]).toEqual([path, 400, 'invalid path\n'])
      expect([path, ...(await said(await remove(path)))]).toEqual([path, 400, 'invalid path\n'])
    }
    expect(await said(await write({ content: 'x' }))).toEqual([400, 'invalid path\n'])
    expect(await said(await target().fetch('/api/memory', { method: 'DELETE' }))).toEqual([400, 'invalid path\n'])
    await write({ path: 'folder/file.md' })
    expect((await get('folder')).status).toBe(400)
    expect((await write({ path: 'folder', content: 'x' })).status).toBe(400)
    expect((await write({ path: 'folder/file.md/x', content: 'x' })).status).toBe(400)
    expect((await remove('folder')).status).toBe(409)
    await remove('folder/file.md')
    expect((await remove('folder')).status).toBe(200)
  })

  it('answers 400 for a body that is none', async () => {
    for (const body of ['', '{', '[]', { path: 7 }, { path: 'a', content: 7 }]) {
      expect(await said(await write(body))).toEqual([400, 'invalid json\n'])
    }
  })

  it('lets only one of two editors win', async () => {
    const fresh = { 'if-none-match': '*' }
    const created = await write({ path: 'shared.md', content: 'one' }, fresh)
    const tag = created.headers.get('etag')!
    expect([created.status, tag]).toEqual([200, expect.stringMatching(/^"[\w-]+"$/)])
    expect((await write({ path: 'shared.md', content: 'again' }, fresh)).status).toBe(412)

    expect((await get('shared.md')).headers.get('etag')).toBe(tag)
    expect((await get('shared.md', { 'if-none-match': tag })).status).toBe(304)
    const next = await write({ path: 'shared.md', content: 'two' }, { 'if-match': tag })
    const stale = await write({ path: 'shared.md', content: 'lost' }, { 'if-match': tag })
    expect([next.status, stale.status, stale.headers.get('etag')]).toEqual([200, 412, next.headers.get('etag')])
    expect(await stale.text()).toMatch(/read it again/)
    expect((await remove('shared.md', { 'if-match': tag })).status).toBe(412)
    expect(await jsonOf(get('shared.md'))).toMatchObject({ content: 'two' })
    expect((await remove('shared.md', { 'if-match': '*' })).status).toBe(200)
    expect((await write({ path: 'shared.md', content: 'x' }, { 'if-match': '*' })).status).toBe(412)
  })
})
