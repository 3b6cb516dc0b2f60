import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { connect as connectTo } from '../../test/support/live-client.ts'
import { configFor, scriptedModel } from '../../test/support/scripted-model.ts'
import { type NodeOptions, startNode } from './server.ts'

let home: string
const ending: Array<() => unknown> = []
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'gateway-server-'))
})
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
  rmSync(home, { recursive: true, force: true })
})

async function start(options: Partial<NodeOptions> = {}) {
  const node = await startNode({
    home,
    host: '127.0.0.1',
    port: 0,
    env: { PATH: process.env.PATH },
    quiet: true,
    ...options,
  })
  ending.push(() => node.close({ graceMs: 0 }))
  return node
}
const connectLive = (url: string, token: string) =>
  connectTo(`${url.replace('http', 'ws')}/api/chat/live`, { authorization: `Bearer ${token}` })
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('startNode', () => {
  it('makes a home that only its owner can read, with a random token', async () => {
    const node = await start({ home: join(home, 'new') })
    expect(node.token).toMatch(/^cg_[0-9a-f]{32}$/)
    expect((await fetch(`${node.url}/api/version`, bearer(node.token))).status).toBe(200)
    expect((await fetch(`${node.url}/api/version`)).status).toBe(401)
    expect(readFileSync(join(node.home, 'gateway.pid'), 'utf8')).toBe(`${process.pid}\n`)
    await node.close()
    expect(statSync(node.home).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(node.home, { recursive: true })) {
      expect([name, statSync(join(node.home, String(name))).mode & 0o077]).toEqual([name, 0])
    }
    expect(readdirSync(node.home)).not.toContain('gateway.pid')
    const log = readFileSync(join(node.home, 'logs', 'clawgo.log'), 'utf8')
    for (const line of log.trim().split('\n').filter(Boolean)) expect(JSON.parse(line)).toHaveProperty('msg')
    expect(log).not.toContain(node.token)
  })

  it('signs one browser in with its start URL', async () => {
    const node = await start()
    const first = await fetch(node.loginUrl(), { redirect: 'manual' })
    expect(first.status).toBe(303)
    expect(first.headers.get('set-cookie')).toContain('HttpOnly')
    expect((await fetch(node.loginUrl(), { redirect: 'manual' })).status).toBe(403)
  })

  it('takes host, port and token over the config without writing them into it', async () => {
    const port = await freePort()
    const node = await start({ port, token: 'mine', initialConfig: { gateway: { port: 7000, token: 'theirs' } } })
    expect([node.url, node.token]).toEqual([`http://127.0.0.1:${port}`, 'mine'])
    expect((await fetch(`${node.url}/api/version`, bearer('mine'))).status).toBe(200)
    expect((await fetch(`${node.url}/api/version`, bearer('theirs'))).status).toBe(401)
    await node.close()
    const saved = JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))
    expect(saved.gateway).toMatchObject({ port: 7000, token: 'theirs' })
  })

  it('refuses a home that is in use, names its owner, and leaves it alone', async () => {
    const node = await start()
    await expect(start()).rejects.toMatchObject({
      code: 'home_in_use',
      message: expect.stringContaining(`${process.pid}`),
    })
    expect((await fetch(`${node.url}/health`)).status).toBe(200)
    expect(readdirSync(home)).toContain('gateway.pid')
  })

  it('refuses a port that is taken, says which, and frees the home again', async () => {
    const taken = createServer()
    const port = await listening(taken)
    ending.push(() => new Promise((resolve) => taken.close(resolve)))
    await expect(start({ port })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`${port}`),
    })
    expect((await fetch(`${(await start()).url}/health`)).status).toBe(200)
  })

  it('refuses a public address that no token guards', async () => {
    const initialConfig = { gateway: { host: '0.0.0.0', token: '' } }
    await expect(start({ initialConfig, host: undefined })).rejects.toMatchObject({ code: 'public_without_token' })
    writeFileSync(join(home, 'config.json'), JSON.stringify({ gateway: { token: '' } }))
    expect((await fetch(`${(await start()).url}/api/version`)).status).toBe(200)
  })

  it('says what is wrong with a broken config, without its path', async () => {
    writeFileSync(join(home, 'config.json'), '{ "gateway": ')
    const error = await start().then(
      () => new Error('started'),
      (thrown: Error) => thrown,
    )
    expect(error.message).toContain('config.json')
    expect(error.message).not.toContain(home)
  })

  it('logs where the config says, and moves when it changes', async () => {
    const node = await start({ initialConfig: { logging: { dir: 'elsewhere', filename: 'one.log' } } })
    await fetch(`${node.url}/api/version`)
    await node.gateway.config.set('logging.filename', 'two.log')
    await fetch(`${node.url}/api/sessions`)
    await node.close()
    expect(readFileSync(join(home, 'elsewhere', 'one.log'), 'utf8')).toContain('"path":"/api/version"')
    expect(readFileSync(join(home, 'elsewhere', 'two.log'), 'utf8')).toContain('"path":"/api/sessions"')
    expect(readdirSync(home)).not.toContain('logs')
  })

  it('refuses a log folder that cannot be, and keeps logging where it did', async () => {
    const node = await start()
    writeFileSync(join(home, 'file'), '')
    await expect(node.gateway.config.set('logging.dir', join(home, 'file'))).rejects.toThrow(/logging\.dir/)
    await fetch(`${node.url}/api/sessions`)
    await node.close()
    expect(readFileSync(join(home, 'logs', 'clawgo.log'), 'utf8')).toContain('"path":"/api/sessions"')
  })

  it('says that a home cannot be used, when it cannot', async () => {
    mkdirSync(join(home, 'lock.db'))
    await expect(start()).rejects.toMatchObject({ code: 'home_unusable', message: expect.not.stringContaining(home) })
  })

  it('takes an edited config.json over without a restart', async () => {
    const node = await start()
    const config = JSON.parse(readFileSync(join(home, 'config.json'), 'utf8'))
    config.gateway.token = 'edited'
    writeFileSync(join(home, 'config.json'), JSON.stringify(config))
    await expect.poll(() => node.token, { timeout: 5000 }).toBe('edited')
    expect((await fetch(`${node.url}/api/version`, bearer('edited'))).status).toBe(200)
  })

  it('refuses a config whose workspace cannot be used, and goes on with the old one', async () => {
    const node = await start()
    writeFileSync(join(home, 'file'), '')
    const body = JSON.stringify({ agents: { defaults: { workspace: join(home, 'file', 'inside') } } })
    const saved = await fetch(`${node.url}/api/config`, { method: 'POST', body, ...bearer(node.token) })
    expect([saved.status, await saved.text()]).toEqual([
      400,
      'The workspace cannot be used (ENOTDIR): set agents.defaults.workspace to a folder this user may write.\n',
    ])
    expect((await fetch(`${node.url}/api/workspace_docs`, bearer(node.token))).status).toBe(200)
    await node.close()
    expect(await (await start()).gateway.config.get('agents.defaults.workspace')).toBe(join(home, 'workspace'))
  })

  it('closes with a goodbye to its sockets, and can be closed twice', async () => {
    const node = await start()
    const ws = new WebSocket(`${node.url.replace('http', 'ws')}/api/events/live`, bearer(node.token))
    await new Promise((resolve, reject) => ws.on('message', resolve).on('error', reject))
    const code = new Promise((resolve) => ws.on('close', resolve))
    await Promise.all([node.close(), node.close()])
    expect(await code).toBe(1001)
    await expect(fetch(`${node.url}/health`)).rejects.toThrow()
  })

  it('closes although a live chat waits for a turn that has not begun', async () => {
    const model = await scriptedModel()
    const node = await start({ initialConfig: configFor(model) })
    const clients = await Promise.all([1, 2].map(() => connectLive(node.url, node.token)))
    clients[0]!.send({ message: 'tokens=2000 delay=25' })
    await clients[0]!.until(({ type }) => type === 'chat_chunk')
    clients[1]!.send({ message: 'waits for the first' })
    await expect.poll(() => node.gateway.chat.engine.turn(2)?.state).toBe('accepted')
    await node.close({ graceMs: 50 })
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1001, 1001])
  })

  it('closes without waiting for a summary that is being written', async () => {
    const model = await scriptedModel()
    const context_compaction = { trigger_messages: 2, keep_recent_messages: 1, protect_last_n: 1, target_ratio: 0.1 }
    const node = await start({ initialConfig: configFor(model, { context_compaction }) })
    // What the agent says is a script of its own where it stands in the text to be summarised.
    for (const message of ['text="hang=headers"', 'text=two', 'text=three']) {
      const body = JSON.stringify({ message })
      expect((await fetch(`${node.url}/api/chat`, { method: 'POST', body, ...bearer(node.token) })).status).toBe(200)
    }
    await expect.poll(() => model.requests.length).toBeGreaterThan(3)
    const closed = node.close().then(() => 'closed')
    const late = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 4000))
    expect(await Promise.race([closed, late])).toBe('closed')
  })

  it('refuses oversized headers and garbage with a readable 4xx', async () => {
    const { port } = await start()
    expect(await exchange(port, `GET /health HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(70_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [\s\S]*\r\n\r\nrequest header fields too large\n$/,
    )
    expect(await exchange(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\nbad request\n$/)
  })

  it('opens a home again right after its process was killed', async () => {
    const script = `import { startNode } from ${JSON.stringify(new URL('./server.ts', import.meta.url).href)}
      const node = await startNode({ home: ${JSON.stringify(home)}, host: '127.0.0.1', port: 0, quiet: true })
      console.log(node.token)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    ending.push(() => child.kill('SIGKILL'))
    const token = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data).trim())),
    )
    await expect(start()).rejects.toMatchObject({
      code: 'home_in_use',
      message: expect.stringContaining(`${child.pid}`),
    })
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    expect((await start()).token).toBe(token)
  })
})

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Sends raw bytes and reads what comes until the server closes. */
function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const raw = connect(port, '127.0.0.1', () => raw.write(bytes))
    raw.on('data', (chunk) => {
      text += chunk
    })
    raw.on('close', () => resolve(text))
    raw.on('error', reject)
  })
}
