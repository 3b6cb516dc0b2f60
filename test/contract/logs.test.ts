/** gateway-api.md "Logs", api-behaviour.md sections 5.22 and 6.4. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { post } from '../support/post.ts'
import { describeTargets, HOSTED, shareTarget, type Target } from '../support/targets.ts'
import { startWorker } from '../support/worker-target.ts'

/** A request without a token is a line of the log; `name` makes it one of its own. */
const cause = (target: Target, name: string) =>
  fetch(`${target.url}/api/version`, {
    headers: { 'x-request-id': name, cookie: `clawgo_webui_token=${target.token}`, origin: 'https://evil.example' },
  })

const recent = async (target: Target, limit = 200) =>
  (await jsonOf(target.fetch(`/api/logs/recent?limit=${limit}`))).logs as Array<Record<string, unknown>>

async function setLogging(target: Target, settings: Record<string, unknown>) {
  const config = await jsonOf(target.fetch('/api/config'))
  Object.assign(config.logging, settings)
  expect((await post(target, '/api/config', config)).status).toBe(200)
}

/** A folder for logs that goes with its test. */
async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gateway-logs-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  return dir
}

describeTargets('GET /api/logs/recent', (open, name) => {
  const target = shareTarget(name)

  it('shows the last lines, oldest first, each with time, level, message and ids', async () => {
    for (const id of ['first', 'second', 'third']) expect((await cause(target(), id)).status).toBe(401)
    const answer = await jsonOf(target().fetch('/api/logs/recent?limit=2'))
    expect(answer).toEqual({
      ok: true,
      logs: ['second', 'third'].map((request) => ({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        level: 'WARN',
        msg: 'request',
        request,
        method: 'GET',
        path: '/api/version',
        status: 401,
        ms: expect.any(Number),
      })),
    })
  })

  it('shows ten without a limit or with a bad one, and at most two hundred', async () => {
    for (let n = 0; n < 12; n++) await cause(target(), `line-${n}`)
    for (const query of ['', '?limit=', '?limit=0', '?limit=-3', '?limit=many', '?limit=1e3']) {
      const { logs } = await jsonOf(target().fetch(`/api/logs/recent${query}`))
      expect([query, logs.length]).toEqual([query, 10])
    }
    expect((await recent(target(), 999_999)).length).toBeLessThanOrEqual(200)
  })

  it('asks for the token, and for GET', async () => {
    expect((await fetch(`${target().url}/api/logs/recent`)).status).toBe(401)
    expect((await target().fetch('/api/logs/recent', { method: 'POST' })).status).toBe(405)
  })

  it.skipIf(HOSTED)('shows neither the token nor what a client gave for one', async () => {
    const { url, token } = target()
    await fetch(`${url}/api/version?token=planted-in-the-query`)
    await fetch(`${url}/api/version`, { headers: { authorization: 'Bearer not-the-token' } })
    await fetch(`${url}/api/${token}`)
    await fetch(`${url}/api/nowhere?key=${token}`, { headers: { 'x-request-id': `leak-${token}` } })
    await fetch(`${url}/api/version`, { headers: { 'x-request-id': token } })
    const text = await (await target().fetch('/api/logs/recent?limit=200')).text()
    expect(text).toContain('/api/')
    for (const secret of [token, 'planted-in-the-query', 'not-the-token']) expect(text).not.toContain(secret)
  })

  it('keeps lines over a restart', async () => {
    const restarted = await open()
    await cause(restarted, 'before')
    expect(await recent(restarted)).toContainEqual(expect.objectContaining({ request: 'before' }))
    await restarted.restart()
    await cause(restarted, 'after')
    const ids = (await recent(restarted)).map(({ request }) => request)
    expect(ids.filter((id) => id === 'before' || id === 'after')).toEqual(['before', 'after'])
  })

  it('follows logging.enabled: off is 404 with what to do, and nothing is kept meanwhile', async () => {
    const changing = await open()
    await setLogging(changing, { enabled: false })
    await cause(changing, 'unseen')
    const refused = await changing.fetch('/api/logs/recent')
    expect([refused.status, await refused.text()]).toEqual([
      404,
      'the log is switched off: set logging.enabled to read it\n',
    ])
    await expect(connect(`${changing.socketUrl}/api/logs/live?token=${changing.token}`)).rejects.toMatchObject({
      status: 404,
    })
    await setLogging(changing, { enabled: true })
    await cause(changing, 'seen')
    const ids = (await recent(changing)).map(({ request }) => request)
    expect(ids).toContain('seen')
    expect(ids).not.toContain('unseen')
  })
})

describeTargets('GET /api/logs/live', (open, name) => {
  const target = shareTarget(name)
  const watch = (watched: Target) => connect(`${watched.socketUrl}/api/logs/live?token=${watched.token}`)
  const hears = (client: Awaited<ReturnType<typeof watch>>, id: string) =>
    client.until(({ entry }) => (entry as { request?: string })?.request === id)

  it('sends every new line to everybody, whole and in order, and nothing from before', async () => {
    await cause(target(), 'earlier')
    const clients = [await watch(target()), await watch(target())]
    for (let n = 0; n < 20; n++) await cause(target(), `live-${n}`)
    for (const client of clients) {
      expect(await hears(client, 'live-19')).toEqual({
        ok: true,
        type: 'log_entry',
        entry: expect.objectContaining({ level: 'WARN', msg: 'request', request: 'live-19', status: 401 }),
      })
      const ids = client.frames.map(({ entry }) => (entry as { request: string }).request)
      expect(ids).toEqual(Array.from({ length: 20 }, (_, n) => `live-${n}`))
      client.close()
      await client.closed
    }
  })

  it('goes on for the others when one leaves, and ignores what clients say', async () => {
    const [leaving, staying] = [await watch(target()), await watch(target())]
    staying.send('hello')
    leaving.close()
    await leaving.closed
    await cause(target(), 'still-there')
    await hears(staying, 'still-there')
    expect(staying.frames).toHaveLength(1)
    staying.close()
  })

  it('asks for the token before it upgrades, and answers a plain request with 400', async () => {
    await expect(connect(`${target().socketUrl}/api/logs/live`)).rejects.toMatchObject({ status: 401 })
    const plain = await target().fetch('/api/logs/live')
    expect([plain.status, await plain.text()]).toEqual([400, 'Bad Request\n'])
    expect(plain.headers.get('sec-websocket-version')).toBe('13')
  })

  it('refuses the page of a stranger', async () => {
    const { socketUrl, token } = target()
    await expect(
      connect(`${socketUrl}/api/logs/live?token=${token}`, { origin: 'https://evil.example' }),
    ).rejects.toMatchObject({ status: 403 })
  })

  it.runIf(name === 'workerd')('goes on after the object slept', async () => {
    const worker = await startWorker({
      entry: 'adapters/cloudflare/worker.ts',
      objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
      vars: { GATEWAY_TOKEN: 'a token of the test' },
    })
    onTestFinished(() => worker.close())
    const client = await connect(`${worker.url.replace('http', 'ws')}/api/logs/live?token=a+token+of+the+test`)
    await worker.evict()
    await fetch(`${worker.url}/api/version`, { headers: { 'x-request-id': 'awake' } })
    await hears(client, 'awake')
    client.close()
  })

  it.runIf(name === 'node' && !HOSTED)('goes on over a rotation and a change of file', async () => {
    const dir = await folder()
    const rotating = await open({ config: { logging: { dir, filename: 'g.log', max_size_mb: 1 } } })
    const client = await watch(rotating)
    await writeFile(join(dir, 'g.log'), `${'x'.repeat(1023)}\n`.repeat(1024), { flag: 'a' })
    await setLogging(rotating, { filename: 'other.log' })
    await setLogging(rotating, { filename: 'g.log' })
    await cause(rotating, 'rotates')
    await cause(rotating, 'rotated')
    await hears(client, 'rotates')
    await hears(client, 'rotated')
    const files = await readdir(dir)
    expect(files.filter((file) => file.startsWith('g.log.'))).toHaveLength(1)
    expect(await readFile(join(dir, 'g.log'), 'utf8')).toContain('"rotated"')
    client.close()
  })

  it.runIf(name === 'node' && !HOSTED)('reads a file that another program began', async () => {
    const dir = await folder()
    const reading = await open({ config: { logging: { dir, filename: 'g.log' } } })
    const original = {
      level: 'WARN',
      timestamp: '2026-02-03T04:05:06Z',
      component: 'sentinel',
      fields: { token: 'abc' },
    }
    await writeFile(join(dir, 'g.log'), `${JSON.stringify(original)}\r\n\nplain text ?token=abc\nnull\n`)
    expect(await recent(reading, 4)).toEqual([
      { ...original, fields: { token: '***' } },
      { time: expect.stringMatching(/Z$/), level: 'INFO', msg: 'plain text ?token=***' },
      null,
    ])
    expect(await recent(reading, 3)).toHaveLength(2)
  })
})
