/** gateway-api.md "Workspace File", api-behaviour.md section 5.10. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const MB = 1024 * 1024

/** A file of bytes that no text route would write: an upload, which a message brings into the workspace. */
async function binary(target: Target, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const body = new FormData()
  body.set('file', new File([bytes], 'x.bin'))
  const { path: media } = await jsonOf(target.fetch('/api/upload', { method: 'POST', body }))
  await post(target, '/api/chat', { message: 'hi', media })
  return `uploads/${media.slice(media.lastIndexOf('/') + 1)}`
}

describeTargets('/api/workspace_file', (_, name) => {
  const target = shareTarget(name)
  const get = (path: string, headers: Record<string, string> = {}) =>
    target().fetch(`/api/workspace_file?path=${encodeURIComponent(path)}`, { headers })
  const write = (body: unknown, headers: Record<string, string> = {}) =>
    post(target(), '/api/workspace_file', body, headers)
  const said = async (answer: Response) => [answer.status, await answer.text()]

  it('writes a file, folders included, and reads it back', async () => {
    const saved = await write({ path: './notes//today.md', content: 'Grüße, 😀 </b>\r\n' })
    expect(await jsonOf(saved)).toEqual({ ok: true, path: 'notes/today.md', saved: true })
    const read = await get('notes/today.md')
    expect(read.headers.get('etag')).toBe(saved.headers.get('etag'))
    expect(await jsonOf(read)).toEqual({ ok: true, path: 'notes/today.md', found: true, content: 'Grüße, 😀 </b>\r\n' })
    await write({ path: 'notes/today.md' })
    expect(await jsonOf(get('notes/today.md'))).toMatchObject({ found: true, content: '' })
  })

  it('says that a missing file was not found, with 200', async () => {
    const answer = await get('notes/none.md')
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, null])
    expect(await jsonOf(answer)).toEqual({ ok: true, path: 'notes/none.md', found: false, content: '' })
  })

  it('refuses paths that leave the workspace', async () => {
    for (const path of ['', ' ', '.', '/etc/passwd', '..', '../config.json', 'a/../../config.json', 'notes/..']) {
      expect([path, ...(await said(await get(path)))]).toEqual([path, 400, 'invalid path\n'])
      expect([path, ...(await said(await write({ path, content: 'x' })))]).toEqual([path, 400, 'invalid path\n'])
    }
    const odd = await write({ path: 'a:b', content: 'x' })
    expect([odd.status, await odd.text()]).toEqual([400, expect.stringContaining('may not contain')])
    expect(await said(await get('memory/../AGENTS.md'))).toEqual([400, 'invalid path\n'])
  })

  it('answers 400 for folders and for a body that is none', async () => {
    await write({ path: 'dir/file', content: 'x' })
    expect(await said(await get('dir'))).toEqual([400, "'dir' is a folder\n"])
    expect((await write({ path: 'dir', content: 'x' })).status).toBe(400)
    expect(await said(await write('nonsense'))).toEqual([400, 'invalid json\n'])
  })

  it('answers 415 for what is no text', async () => {
    const path = await binary(target(), new Uint8Array([0x89, 0, 1, 0xff]))
    expect(await said(await get(path))).toEqual([415, `'${path}' is no text file (UTF-8 or UTF-16)\n`])
    expect((await write({ path: 'nul.txt', content: 'a\0b' })).status).toBe(415)
    const utf16 = await binary(target(), new Uint8Array([0xff, 0xfe, 0x41, 0, 0xe9, 0]))
    expect((await jsonOf(get(utf16))).content).toBe('Aé')
  })

  it('takes 4 MB, also where JSON makes six bytes of one, and answers 413 over it', async () => {
    const full = '\u0001'.repeat(4 * MB)
    expect((await write({ path: 'full.txt', content: full })).status).toBe(200)
    expect((await jsonOf(get('full.txt'))).content).toHaveLength(4 * MB)
    expect(await said(await write({ path: 'full.txt', content: 'x'.repeat(4 * MB + 1) }))).toEqual([
      413,
      "'full.txt' is too large: at most 4 MB\n",
    ])
    const path = await binary(target(), new Uint8Array(4 * MB + 1).fill(0x61))
    expect((await get(path)).status).toBe(413)
  })

  it('lets only one of two editors win', async () => {
    const tag = (await write({ path: 'shared', content: 'one' })).headers.get('etag')!
    const answers = await Promise.all(
      ['two', 'three', 'four'].map((content) => write({ path: 'shared', content }, { 'if-match': tag })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
    expect((await get('shared', { 'if-none-match': tag })).status).toBe(200)
    const now = (await get('shared')).headers.get('etag')!
    const same = await get('shared', { 'if-none-match': `"other", W/${now}` })
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', now])
  })
})

describeTargets('/api/workspace_docs', (_, name) => {
  const target = shareTarget(name)
  const docs = (query = '') => target().fetch(`/api/workspace_docs${query}`)

  it('lists the documents that exist, in their order, and reads one', async () => {
    await post(target(), '/api/workspace_file', { path: 'BOOTSTRAP.md', content: 'First talk' })
    const { ok, files } = await jsonOf(docs())
    expect(ok).toBe(true)
    expect(files).toEqual([...files].sort())
    expect(files).toEqual(expect.arrayContaining(['AGENTS.md', 'BOOTSTRAP.md', 'USER.md']))
    const answer = await docs('?path=%20BOOTSTRAP.md')
    expect(answer.headers.get('etag')).toMatch(/^"/)
    expect(await jsonOf(answer)).toEqual({ ok: true, path: 'BOOTSTRAP.md', content: 'First talk' })
  })

  it('answers 400 for any other name, and 404 for a missing document', async () => {
    for (const path of ['README.md', 'agents.md', './AGENTS.md', '../config.json']) {
      const answer = await docs(`?path=${path}`)
      expect([path, answer.status, await answer.text()]).toEqual([path, 400, 'invalid path\n'])
    }
    await target().fetch('/api/memory?path=MEMORY.md', { method: 'DELETE' })
    const answer = await docs('?path=MEMORY.md')
    expect([answer.status, await answer.text()]).toEqual([404, 'document not found: MEMORY.md\n'])
  })
})
