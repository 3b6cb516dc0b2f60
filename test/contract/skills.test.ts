/** `/api/skills`: gateway-api.md "Skills", api-behaviour.md section 5.7; and what of skills reaches the agent. */
import JSZip from 'jszip'
import { createTar, createTarGzip } from 'nanotar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClawHubCommand, clawHubCommand } from '../support/clawhub.ts'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { configFor } from '../support/scripted-model.ts'
import { describeTargets, HOSTED, shareTarget, type Target } from '../support/targets.ts'

let model: ModelServer
let hub: ClawHubCommand
beforeAll(async () => {
  model = await startModelServer()
  hub = await clawHubCommand()
})
afterAll(async () => {
  model.close()
  await hub.remove()
})

const post = (target: Target, body: unknown) =>
  target.fetch('/api/skills', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
const list = (target: Target, query = '') => jsonOf(target.fetch(`/api/skills${query}`))
const one = async (target: Target, name: string) =>
  (await list(target)).skills.find((skill: { name: string }) => skill.name === name)
/** Status and text of an answer. */
const told = async (answer: Promise<Response>) => {
  const response = await answer
  return [response.status, await response.text()]
}

function upload(target: Target, name: string, bytes: Uint8Array | string, field = 'file') {
  const form = new FormData()
  form.set(field, new Blob([bytes as Uint8Array<ArrayBuffer>]), name)
  return target.fetch('/api/skills', { method: 'POST', body: form })
}

const entries = (files: Record<string, string>) => Object.entries(files).map(([name, data]) => ({ name, data }))
async function zip(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const archive = new JSZip()
  for (const [name, data] of Object.entries(files)) archive.file(name, data)
  return archive.generateAsync({ type: 'uint8array', compression: 'DEFLATE' })
}

describeTargets('/api/skills', (_, name) => {
  const target = shareTarget(name, () => ({
    config: configFor(model),
    ...(name === 'node' && { vars: { PATH: `${hub.folder}:${process.env.PATH}` } }),
  }))

  it('asks for the token', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect((await fetch(`${target().url}/api/skills?id=x`, { method })).status).toBe(401)
    }
  })

  it('creates, lists, changes and deletes a skill', async () => {
    const created = { action: ' Create ', name: 'tides', description: 'Use when: asked', tools: 'shell, web,shell' }
    expect(await jsonOf(post(target(), created))).toEqual({ ok: true })
    expect(await told(post(target(), created))).toEqual([400, 'skill already exists: tides\n'])
    expect(await one(target(), 'tides')).toEqual({
      id: 'tides',
      name: 'tides',
      description: 'Use when: asked',
      tools: ['shell', 'web'],
      enabled: true,
      update_checked: false,
      source: 'skills',
    })
    expect(await jsonOf(post(target(), { action: 'update', id: 'tides', system_prompt: 'Be brief.' }))).toEqual({
      ok: true,
    })
    expect(await one(target(), 'tides')).toMatchObject({ description: 'Use when: asked', system_prompt: 'Be brief.' })
    const gone = await jsonOf(target().fetch('/api/skills?id=tides', { method: 'DELETE' }))
    expect(gone).toEqual({ ok: true, deleted: true, id: 'tides' })
    const again = target().fetch('/api/skills?id=tides', { method: 'DELETE' })
    expect(await told(again)).toEqual([404, 'skill not found: tides\n'])
  })

  it('reads and writes the files of a skill', async () => {
    await post(target(), { action: 'create', name: 'papers' })
    const written = { action: 'write_file', name: 'papers', file: './scripts/a.sh', content: ' echo 1\n' }
    expect(await jsonOf(post(target(), written))).toEqual({ ok: true, name: 'papers', file: 'scripts/a.sh' })
    expect(await list(target(), '?id=papers&files=1')).toEqual({
      ok: true,
      id: 'papers',
      files: ['SKILL.md', 'scripts/a.sh'],
    })
    expect(await list(target(), '?id=papers&file=scripts/a.sh')).toEqual({
      ok: true,
      id: 'papers',
      file: 'scripts/a.sh',
      content: ' echo 1\n',
    })
    expect((await list(target(), '?id=papers')).skills).toEqual(expect.any(Array))
    const known = (await target().fetch('/api/skills?id=papers&file=scripts/a.sh')).headers.get('etag')!
    const body = (content: string) => ({ method: 'POST', body: JSON.stringify({ ...written, content }) })
    const first = await target().fetch('/api/skills', { ...body('echo 2\n'), headers: { 'if-match': known } })
    expect(first.status).toBe(200)
    const late = await target().fetch('/api/skills', { ...body('echo 3\n'), headers: { 'if-match': known } })
    expect([late.status, late.headers.get('etag')]).toEqual([412, first.headers.get('etag')])
    const read = (query: string) => told(target().fetch(`/api/skills?${query}`))
    expect(await read('id=none')).toEqual([404, 'skill not found: none\n'])
    expect(await read('id=papers&file=none.md')).toEqual([404, 'file not found: none.md\n'])
    expect((await read('id=papers&file=../tides'))[0]).toBe(400)
    expect((await read('id=papers&file=/etc/passwd'))[0]).toBe(400)
    expect((await read('id=papers&file=scripts'))[0]).toBe(400)
    expect((await read('id=..&files=1'))[0]).toBe(400)
    expect(await told(post(target(), { ...written, file: '../x' }))).toEqual([
      400,
      expect.stringMatching(/^invalid path/),
    ])
  })

  it.each([
    ['', 400, 'invalid json'],
    ['[]', 400, 'invalid json'],
    ['{"action":{}}', 400, 'invalid json'],
    ['{"action":"enable"}', 400, 'name required'],
    ['{"action":"enable","name":" ","id":""}', 400, 'name required'],
    ['{"action":"fly","name":"x"}', 400, 'unsupported action'],
    ['{"name":"x"}', 400, 'unsupported action'],
    ['{"action":"enable","name":"none"}', 404, 'skill not found: none'],
    ['{"action":"update","name":"none"}', 404, 'skill not found: none'],
    ['{"action":"write_file","name":"none","file":"a"}', 404, 'skill not found: none'],
    ['{"action":"create","name":"../x"}', 400, 'invalid skill name'],
    ['{"action":"disable","name":"x/../../memory"}', 400, 'invalid skill name'],
    ['{"action":"install","name":"--force"}', 400, 'invalid skill name'],
  ])('answers %s with %i', async (body, status, message) => {
    const [found, text] = await told(post(target(), body))
    expect([found, text]).toEqual([status, expect.stringContaining(message)])
  })

  it('refuses to delete what is no skill', async () => {
    for (const [id, status] of [
      ['', 400],
      ['.', 400],
      ['..', 400],
      ['../memory', 400],
      ['none', 404],
    ] as const) {
      const answer = await target().fetch(`/api/skills?id=${encodeURIComponent(id)}`, { method: 'DELETE' })
      expect([id, answer.status]).toEqual([id, status])
    }
  })

  it('imports every skill of a zip, tar or gzipped tar', async () => {
    const skill = '---\ndescription: imported\nlicense: MIT\n---\n'
    const answer = await upload(
      target(),
      'pack.zip',
      await zip({ 'p/Zip One/SKILL.md': skill, 'p/zip-two/skill.md': skill }),
    )
    expect(await jsonOf(answer)).toEqual({ ok: true, imported: ['zip-one', 'zip-two'] })
    expect(await one(target(), 'zip-one')).toMatchObject({ description: 'imported', license: 'MIT', enabled: true })
    const tar = await upload(target(), 'Tar Root.tar', createTar(entries({ 'SKILL.md': skill, 'scripts/a.sh': 'x' })))
    expect(await jsonOf(tar)).toEqual({ ok: true, imported: ['tar-root'] })
    const tgz = await upload(target(), 'x.tgz', await createTarGzip(entries({ './gz/SKILL.md': skill })))
    expect(await jsonOf(tgz)).toEqual({ ok: true, imported: ['gz'] })
    expect((await list(target(), '?id=tar-root&files=1')).files).toEqual(['SKILL.md', 'scripts/a.sh'])
  })

  it('imports all of an archive or nothing', async () => {
    const before = (await list(target())).skills.length
    const tar = (files: Record<string, string>) => createTar(entries(files))
    const cases: Array<[string, Uint8Array | string, number, string]> = [
      ['a.rar', 'x', 400, 'unsupported archive format: a.rar'],
      ['a.tar', tar({ 'new/README.md': 'x' }), 400, 'no SKILL.md found in archive'],
      ['a.tar', tar({ 'new/SKILL.md': 'x', '../../evil': 'x' }), 400, 'invalid archive entry path'],
      ['a.tar', tar({ 'new/SKILL.md': 'x', '/evil': 'x' }), 400, 'invalid archive entry path'],
      ['a.tar', tar({ 'new/SKILL.md': 'x', 'gz/SKILL.md': 'x' }), 400, 'skill already exists: gz'],
      ['a.tgz', 'no archive', 400, 'broken archive'],
      ['a.zip', 'no archive', 400, 'broken archive'],
      [
        'a.zip',
        await zip({ 'new/SKILL.md': 'x', 'new/bomb': new Uint8Array(9 << 20) }),
        413,
        'unpacks to over 100 times',
      ],
      [
        'a.zip',
        await zip(Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`new/${i}`, 'x']))),
        413,
        'too many files',
      ],
    ]
    for (const [file, bytes, status, message] of cases) {
      expect([file, ...(await told(upload(target(), file, bytes)))]).toEqual([
        file,
        status,
        expect.stringContaining(message),
      ])
    }
    expect(await told(upload(target(), 'a.zip', 'x', 'other'))).toEqual([400, 'file required\n'])
    expect((await list(target())).skills.length).toBe(before)
  })

  it('refuses an archive that is too large, and lives on', async () => {
    expect((await upload(target(), 'a.zip', new Uint8Array(22 << 20))).status).toBe(413)
    expect((await list(target())).ok).toBe(true)
  })

  it('shows the agent the enabled skills only', async () => {
    await post(target(), { action: 'create', name: 'visible', description: 'For the eyes of the agent' })
    const isTold = async () => {
      await target().fetch('/api/chat', { method: 'POST', body: JSON.stringify({ message: 'text="ok"' }) })
      return JSON.stringify(model.lastRequest!.body).includes('For the eyes of the agent')
    }
    expect(await isTold()).toBe(true)
    expect(await jsonOf(post(target(), { action: 'disable', name: 'visible' }))).toEqual({ ok: true })
    expect((await one(target(), 'visible')).enabled).toBe(false)
    expect(await isTold()).toBe(false)
    expect(await jsonOf(post(target(), { action: 'enable', name: 'visible' }))).toEqual({ ok: true })
    expect(await isTold()).toBe(true)
  })

  if (name === 'node') {
    describe('with processes', () => {
      it('installs from ClawHub and asks it for updates', async () => {
        expect(await jsonOf(post(target(), { action: 'install', name: 'hubbed' }))).toEqual({
          ok: true,
          installed: 'hubbed',
          output: 'installed hubbed into ./skills/hubbed\n',
        })
        expect(await one(target(), 'hubbed')).toMatchObject({ description: 'From the hub', update_checked: false })
        const found = await list(target(), '?check_updates=1')
        expect(found).toMatchObject({
          source: 'clawhub',
          clawhub_installed: true,
          clawhub_path: `${hub.folder}/clawhub`,
        })
        expect(found.skills.find((skill: { id: string }) => skill.id === 'hubbed')).toMatchObject({
          update_checked: true,
          remote_found: true,
          remote_version: '1.2.3',
        })
      })

      it('passes on what ClawHub refuses', async () => {
        const install = (name: string, more = {}) => told(post(target(), { action: 'install', name, ...more }))
        expect(await install('busy')).toEqual([
          429,
          expect.stringMatching(/^clawhub rate limit exceeded\. .*\nError: /),
        ])
        expect(await install('broken')).toEqual([502, 'install failed: exit code 3\nboom in .\n'])
        expect((await install('suspicious'))[0]).toBe(502)
        expect((await install('suspicious', { ignore_suspicious: 'yes' }))[0]).toBe(200)
      })

      // Only where `auto` is the machine's own shell, which no tenant has.
      it.skipIf(HOSTED)('lets the agent run a script of a skill', async () => {
        await post(target(), { action: 'create', name: 'runner' })
        await post(target(), { action: 'write_file', name: 'runner', file: 'scripts/hi.sh', content: 'echo "hi $1"' })
        const call = 'call=skill_exec:{"skill":"runner","script":"scripts/hi.sh","args":["you"]} text="{results}"'
        const answer = target().fetch('/api/chat', { method: 'POST', body: JSON.stringify({ message: call }) })
        expect((await jsonOf(answer)).reply).toBe('hi you')
        const { tools } = await jsonOf(target().fetch('/api/tools'))
        expect(tools.find((tool: { name: string }) => tool.name === 'skill_exec').visibility.subagent).toBe('inherited')
      })
    })
  } else {
    it('has neither ClawHub nor scripts, and says so', async () => {
      expect(await list(target(), '?check_updates=1')).toMatchObject({ clawhub_installed: false, clawhub_path: '' })
      const [status, text] = await told(post(target(), { action: 'install', name: 'hubbed' }))
      expect([status, text]).toEqual([501, expect.stringContaining('import the skill as an archive')])
      const { tools } = await jsonOf(target().fetch('/api/tools'))
      expect(tools.map((tool: { name: string }) => tool.name)).not.toContain('skill_exec')
    })
  }
})

describe('POST /api/skills on a machine without ClawHub', () => {
  it('answers 412', async () => {
    const { targets } = await import('../support/targets.ts')
    const target = await targets.node()
    try {
      expect(await told(post(target, { action: 'install', name: 'x' }))).toEqual([
        412,
        'clawhub is not installed. please install clawhub first.\n',
      ])
    } finally {
      await target.close()
    }
  })
})

describeTargets('scripts of skills', (_, name) => {
  const target = shareTarget(name, { config: { tools: { shell: { mode: 'simulated' } } } })

  it('are not on offer where the agent has no real shell', async () => {
    const { tools } = await jsonOf(target().fetch('/api/tools'))
    expect(tools.map((tool: { name: string }) => tool.name)).not.toContain('skill_exec')
  })
})
