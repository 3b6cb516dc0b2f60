/** The command line around a running gateway, as an owner uses it: real processes, a real model server, real signals. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ModelServer, startModelServer } from '../../../test/support/model-server.ts'
import { type RunningCommand, run, start, temporaryHome } from './testing.ts'

let model: ModelServer
let home: Awaited<ReturnType<typeof temporaryHome>>

const clawgo = (...args: string[]) => run(home.config, args)
const fileNow = async () => JSON.parse(await readFile(home.config, 'utf8'))

async function newHome(): Promise<void> {
  home = await temporaryHome()
  const { code, stderr } = await clawgo('onboard', '-p', 'mine', '-b', `${model.url}/v1`, '-m', 'big')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

async function startGateway(): Promise<{ gateway: RunningCommand; url: string }> {
  const gateway = start(home.config, ['gateway', 'run', '--port', '0'])
  const [, url] = await gateway.printed(/listens on (http:\S+)[\s\S]*Ctrl-C stops/)
  return { gateway, url: url! }
}

beforeAll(async () => {
  model = await startModelServer()
})
afterAll(() => model.close())

describe('beside a running gateway', () => {
  let gateway: RunningCommand
  let url: string

  beforeAll(async () => {
    await newHome()
    ;({ gateway, url } = await startGateway())
  })
  afterAll(async () => {
    gateway.process.kill('SIGKILL')
    await gateway.ended
    await home.remove()
  })

  it('is greeted with home, model and a sign-in link that works once, and without the token', async () => {
    const [greeting, link] = await gateway.printed(/[\s\S]*Sign in +(http:\S+)[\s\S]*/)
    expect(greeting).toContain('mine/big (from config.json)')
    expect(greeting).not.toContain((await fileNow()).gateway.token)
    const first = await fetch(link!, { redirect: 'manual' })
    expect(first.status).toBe(303)
    expect(first.headers.get('set-cookie')).toMatch(/^clawgo_webui_token=.*HttpOnly/)
    expect((await fetch(link!, { redirect: 'manual' })).status).toBe(403)
  })

  it('status tells where it is, although the port is not the one of the config', async () => {
    const { code, stdout } = await clawgo('status', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      running: true,
      url,
      pid: gateway.process.pid,
      home: home.dir,
      model: 'mine/big',
    })
    expect((await clawgo('gateway', 'status')).stdout).toContain(`running on ${url}`)
  })

  it('agent -m prints the reply of the model and nothing else', async () => {
    expect(await clawgo('agent', '-m', 'text="Grüße, 蟹 😀"')).toEqual({
      code: 0,
      stdout: 'Grüße, 蟹 😀\n',
      stderr: '',
    })
  })

  it('agent talks line by line until exit, in one session', async () => {
    const { code, stdout } = await run(home.config, ['agent', '-s', 'cli:lines'], {
      input: 'text="one"\n\ntext="two"\nexit\ntext="three"\n',
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'one\ntwo\n' })
    const token = (await fileNow()).gateway.token
    const response = await fetch(`${url}/api/chat/history?session=cli:lines`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { messages } = (await response.json()) as { messages: Array<{ content: string }> }
    expect(messages.map(({ content }) => content)).toEqual(['text="one"', 'one', 'text="two"', 'two'])
  })

  it('agent says why a turn failed, with a code other than 0', async () => {
    const { code, stderr } = await clawgo('agent', '-s', 'cli:fail', '-m', 'fail=400')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: .*400/)
    expect(stderr).not.toContain('    at ')
  })

  it('Ctrl-C stops the turn at the gateway, not only the client', async () => {
    const agent = start(home.config, ['agent', '-s', 'cli:stop', '-m', 'tokens=2000 delay=20 k=stopped'])
    await agent.printed(/t3 /)
    agent.process.kill('SIGINT')
    const { code, stderr } = await agent.ended
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Error: Stopped.\n' })
    await expect.poll(() => model.requests.find(({ key }) => key === 'stopped')?.outcome).toBe('left')
  })

  it('config set is in force at once and in the file, a bad value changes nothing', async () => {
    expect(await clawgo('config', 'set', 'agents.defaults.max_tokens', '4096')).toMatchObject({ code: 0, stderr: '' })
    expect((await clawgo('config', 'get', 'agents.defaults.max_tokens')).stdout).toBe('4096\n')
    expect((await fileNow()).agents.defaults.max_tokens).toBe(4096)
    const before = await readFile(home.config, 'utf8')
    const bad = await clawgo('config', 'set', 'cron.max_workers', '0')
    expect(bad.code).toBe(1)
    expect(bad.stderr).toContain('cron.max_workers must be > 0')
    expect(await readFile(home.config, 'utf8')).toBe(before)
  })

  it('config get never shows a secret, and a later change keeps it', async () => {
    await clawgo('config', 'set', 'tools.web.search.api_key', 'sk-very-secret-value')
    const { stdout } = await clawgo('config', 'get')
    expect(stdout).not.toContain('sk-very-secret-value')
    await clawgo('config', 'set', 'tools.web.search.max_results', '7')
    expect((await fileNow()).tools.web.search).toMatchObject({ api_key: 'sk-very-secret-value', max_results: 7 })
  })

  it('config rollback puts an earlier version back', async () => {
    await clawgo('config', 'set', 'agents.defaults.temperature', '0.1')
    await clawgo('config', 'set', 'agents.defaults.temperature', '0.9')
    const revisions = JSON.parse((await clawgo('config', 'history', '--json')).stdout) as Array<{ id: number }>
    expect((await clawgo('config', 'rollback', String(revisions[1]!.id))).code).toBe(0)
    expect((await clawgo('config', 'get', 'agents.defaults.temperature')).stdout).toBe('0.1\n')
  })

  it('gateway token is the one the API takes', async () => {
    const { stdout } = await clawgo('gateway', 'token')
    const response = await fetch(`${url}/api/version`, { headers: { authorization: `Bearer ${stdout.trim()}` } })
    expect(response.status).toBe(200)
  })

  it('a second gateway on the same home is refused and told what to do', async () => {
    const { code, stderr } = await clawgo('gateway', 'run', '--port', '0')
    expect(code).toBe(1)
    expect(stderr).toContain(`process ${gateway.process.pid}`)
    expect(stderr).toContain('clawgo gateway stop')
  })

  it('a wrong token in the environment is named as the reason', async () => {
    const { code, stderr } = await run(home.config, ['status'], { env: { CLAWGO_GATEWAY_TOKEN: 'wrong' } })
    expect(code).toBe(3)
    expect(stderr).toContain('CLAWGO_GATEWAY_TOKEN')
  })
})

describe('the end of a gateway', () => {
  beforeEach(newHome)
  afterEach(() => home.remove())

  it('gateway stop returns when the process has ended, in order', async () => {
    const { gateway } = await startGateway()
    expect(await clawgo('gateway', 'stop')).toEqual({ code: 0, stdout: 'Gateway stopped.\n', stderr: '' })
    const { code, stdout } = await gateway.ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/Stopping: [^\n]+\nGateway stopped\.\n$/)
    expect((await clawgo('status')).code).toBe(3)
    await expect(stat(join(home.dir, 'gateway.pid'))).rejects.toThrow()
  })

  it('one Ctrl-C that arrives twice, as under npm, is still a graceful stop', async () => {
    const { gateway } = await startGateway()
    gateway.process.kill('SIGINT')
    // Signals that are pending at the same time would be one.
    await gateway.printed(/Stopping/)
    gateway.process.kill('SIGINT')
    const { code, stdout } = await gateway.ended
    expect(code).toBe(0)
    expect(stdout).toContain('Gateway stopped.')
  })

  it('a second Ctrl-C ends at once what would take its time', async () => {
    const { gateway } = await startGateway()
    const agent = start(home.config, ['agent', '-m', 'tokens=2000 delay=20'])
    await agent.printed(/t3 /)
    gateway.process.kill('SIGINT')
    await gateway.printed(/Stopping/)
    await new Promise((resolve) => setTimeout(resolve, 600))
    gateway.process.kill('SIGINT')
    expect((await gateway.ended).code).toBe(130)
    agent.process.kill('SIGKILL')
  })

  it('a gateway that was killed leaves nothing that stops the next one', async () => {
    const { gateway } = await startGateway()
    gateway.process.kill('SIGKILL')
    await gateway.ended
    expect((await clawgo('status')).code).toBe(3)
    const next = await startGateway()
    expect((await clawgo('status', '--json')).stdout).toContain(next.url)
    next.gateway.process.kill('SIGTERM')
    expect((await next.gateway.ended).code).toBe(0)
  })

  it('a port in use is named', async () => {
    const port = new URL(model.url).port
    const { code, stderr } = await clawgo('gateway', 'run', '--port', port)
    expect(code).toBe(1)
    expect(stderr).toContain(port)
    expect(stderr).not.toContain('    at ')
  })
})

describe('without a running gateway', () => {
  beforeEach(newHome)
  afterEach(() => home.remove())

  it('onboard wrote the provider and filled the workspace', async () => {
    const { models, agents } = await fileNow()
    expect(models.providers.mine).toMatchObject({ api_base: `${model.url}/v1`, models: ['big'] })
    expect(agents.defaults.model.primary).toBe('mine/big')
    expect(await readFile(join(home.dir, 'workspace', 'AGENTS.md'), 'utf8')).toMatch(/^# AGENTS\.md/)
  })

  it('onboard again keeps what the owner changed', async () => {
    await writeFile(join(home.dir, 'workspace', 'SOUL.md'), 'mine')
    await clawgo('config', 'set', 'agents.defaults.max_tokens', '4096')
    const { token } = (await fileNow()).gateway
    await run(home.config, ['onboard', '-p', 'openai', '-m', 'gpt-5.4'], { env: { CLAWGO_API_KEY: 'sk-new' } })
    const config = await fileNow()
    expect(config.models.providers.openai.api_key).toBe('sk-new')
    expect(config.models.providers.mine.models).toEqual(['big'])
    expect(config).toMatchObject({ agents: { defaults: { max_tokens: 4096 } }, gateway: { token } })
    expect(await readFile(join(home.dir, 'workspace', 'SOUL.md'), 'utf8')).toBe('mine')
  })

  it('agent brings its own for the length of the command', async () => {
    expect(await clawgo('agent', '-m', 'text="alone"')).toEqual({ code: 0, stdout: 'alone\n', stderr: '' })
    expect((await clawgo('status')).code).toBe(3)
  })

  it('config set, history and rollback work on the home itself', async () => {
    await clawgo('config', 'set', 'gateway.port', '18791')
    expect((await clawgo('config', 'get', 'gateway.port')).stdout).toBe('18791\n')
    const bad = await clawgo('config', 'set', 'gateway.port', '99999')
    expect(bad.code).toBe(1)
    expect(bad.stderr).toContain('gateway.port must be in 1..65535')
    const [, before] = JSON.parse((await clawgo('config', 'history', '--json')).stdout) as Array<{ id: number }>
    await clawgo('config', 'rollback', String(before!.id))
    expect((await clawgo('config', 'get', 'gateway.port')).stdout).toBe('18790\n')
  })

  it('config check finds every fault of a file edited by hand, and changes nothing', async () => {
    expect(await clawgo('config', 'check')).toEqual({ code: 0, stdout: 'Config validation passed\n', stderr: '' })
    const config = { ...(await fileNow()), cron: { max_workers: 0 }, memory: { recent_days: 0 }, surprise: 1 }
    await writeFile(home.config, JSON.stringify(config))
    const { code, stdout } = await clawgo('config', 'check', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      errors: ['cron.max_workers must be > 0', 'memory.recent_days must be > 0'],
      unknownKeys: ['surprise'],
    })
    await writeFile(home.config, '{ "gateway": ')
    const broken = await clawgo('config', 'check')
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('config.json')
    expect(await readFile(home.config, 'utf8')).toBe('{ "gateway": ')
  })
})
