/** MCP servers, seen from outside: agent.md sections 8.6, 10 and 11, api-behaviour.md sections 5.12 and 5.13. */
import { afterAll, expect, it, vi } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type HttpMcpServer, startMcpServer } from '../support/mcp-server-http.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { type StandInInstallers, standInInstallers } from '../support/stand-in-installers.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

/** For a busy machine. */
const PATIENT = { timeout: 15_000, interval: 100 }
const PROGRAM = new URL('../support/mcp-server-stdio.ts', import.meta.url).pathname

interface Check {
  name: string
  status: string
  state?: string
  tools?: number
  error?: string
}

const toolNames = (tools: Array<{ name: string }>) => tools.map(({ name }) => name)
const toolsOf = (target: Target) => jsonOf(target.fetch('/api/tools'))
const checkOf = async (target: Target, name: string): Promise<Check> =>
  (await toolsOf(target)).mcp_server_checks.find((check: Check) => check.name === name)

/** What a tool answered the model, when the model calls it. */
async function call(target: Target, tool: string, input: object): Promise<string> {
  const message = `call=${tool}:${JSON.stringify(input)} text="{result}"`
  const { reply } = await jsonOf(post(target, '/api/chat', { session: crypto.randomUUID(), message }))
  return reply
}

describeTargets('the tools of MCP servers', (_, name) => {
  let model: ModelServer
  let remote: HttpMcpServer
  const target = shareTarget(name, async () => {
    model = await startModelServer()
    remote = await startMcpServer({ authorization: 'Bearer key-of-the-server' })
    const headers = { Authorization: 'Bearer key-of-the-server' }
    const servers = {
      'Far Away': { enabled: true, transport: 'streamable_http', url: `${remote.url}/mcp`, headers },
      older: { enabled: true, transport: 'SSE', url: `${remote.url}/sse`, headers },
      near: { enabled: true, command: process.execPath, args: [PROGRAM], env: { LITTLE_KEY: 'its own' } },
      stranger: { enabled: true, transport: 'http', url: `${remote.url}/mcp` },
      down: { enabled: true, transport: 'http', url: 'http://127.0.0.1:1/mcp' },
      off: { enabled: false, transport: 'http', url: `${remote.url}/mcp` },
    }
    return { config: { ...configFor(model), tools: { mcp: { enabled: true, servers } } } }
  })
  afterAll(async () => {
    await model?.close()
    await remote?.close()
  })

  it('are there for the first turn, over HTTP and over the older event stream', async () => {
    expect(await call(target(), 'mcp__far_away__echo', { text: 'hello over http' })).toBe('hello over http')
    expect(await call(target(), 'mcp__older__echo', { text: 'hello over sse' })).toBe('hello over sse')
  })

  it('answer in text: structured results too, images without their bytes, and failures as failures', async () => {
    expect(await call(target(), 'mcp__far_away__add', { a: 1, b: 2 })).toBe('the sum is 3\n\n{\n  "sum": 3\n}')
    expect(await call(target(), 'mcp__far_away__picture', {})).toBe('here it is\n\n[image: image/png, 6 KB, not shown]')
    expect(await call(target(), 'mcp__far_away__fail', {})).toBe('Error: it does not work today')
  })

  it('stand in the catalogue, each with its server', async () => {
    const { tools, mcp_tools: remoteTools } = await toolsOf(target())
    expect(toolNames(tools)).toEqual(toolNames(tools).sort())
    expect(toolNames(tools)).toEqual(expect.arrayContaining(toolNames(remoteTools)))
    expect(tools.find((tool: { name: string }) => tool.name === 'mcp')).toMatchObject({ source: 'local' })
    expect(remoteTools.find((tool: { name: string }) => tool.name === 'mcp__far_away__echo')).toEqual({
      name: 'mcp__far_away__echo',
      description: 'Says it back (MCP server: Far Away, remote tool: echo)',
      parameters: expect.objectContaining({ type: 'object', required: ['text'] }),
      source: 'mcp',
      visibility: { main_agent: true, subagent: 'allowlist' },
      mcp: { server: 'Far Away', remote_tool: 'echo' },
    })
    expect(toolNames(remoteTools).some((tool) => tool.startsWith('mcp__off__'))).toBe(false)
  })

  it('of a program are there where programs can run', async () => {
    if (name === 'workerd') {
      expect(await checkOf(target(), 'near')).toMatchObject({ status: 'unsupported_platform', state: 'unsupported' })
      return
    }
    const seen = JSON.parse(await call(target(), 'mcp__near__look_around', {}))
    expect(seen.cwd).toMatch(/\/workspace$/)
    expect(seen.env.LITTLE_KEY).toBe('its own')
    expect(JSON.stringify(seen.env)).not.toContain(target().token)
  })

  it('that cannot be had are reported, and cost nothing else', async () => {
    await vi.waitFor(async () => expect(await checkOf(target(), 'down')).toMatchObject({ state: 'failed' }), PATIENT)
    expect(await checkOf(target(), 'down')).toMatchObject({ status: 'not_applicable', tools: 0, error: /./ })
    expect(await checkOf(target(), 'stranger')).toMatchObject({ state: 'failed', error: /^http 401: .*headers/ })
    expect(await checkOf(target(), 'Far Away')).toMatchObject({ state: 'ready', tools: 9, error: '' })
    expect(await checkOf(target(), 'off')).not.toHaveProperty('state')
  })

  it('can also be asked by name, through the mcp tool', async () => {
    const { servers } = JSON.parse(await call(target(), 'mcp', { action: 'list_servers' }))
    expect(servers.map((server: { name: string }) => server.name)).toEqual([
      'Far Away',
      'down',
      'near',
      'older',
      'stranger',
    ])
    const note = { action: 'read_resource', server: 'Far Away', uri: 'note://hello' }
    expect(JSON.parse(await call(target(), 'mcp', note)).contents).toEqual([{ uri: 'note://hello', text: 'hello' }])
    expect(await call(target(), 'mcp', { action: 'list_tools', server: 'off' })).toBe(
      'Error: mcp server "off" is not configured or not enabled',
    )
  })

  it('need headers that nobody gets to see, and that a save keeps', async () => {
    const config = await jsonOf(target().fetch('/api/config'))
    expect(JSON.stringify(config)).not.toContain('key-of-the-server')
    config.tools.mcp.servers['Far Away'].description = 'saved with its mask'
    expect((await post(target(), '/api/config', config)).status).toBe(200)
    expect(await call(target(), 'mcp__far_away__echo', { text: 'still known' })).toBe('still known')
  })
})

describeTargets('MCP servers while the gateway runs', (open) => {
  it('come and go with the config, and are known at once after a restart', async () => {
    const model = await scriptedModel()
    const remote = await startMcpServer()
    const target = await open({ config: configFor(model) })
    const save = async (mcp: object) => {
      const config = await jsonOf(target.fetch('/api/config'))
      config.tools.mcp = { ...config.tools.mcp, ...mcp }
      expect((await post(target, '/api/config', config)).status).toBe(200)
    }
    const server = { enabled: true, transport: 'http', url: `${remote.url}/mcp` }
    expect((await toolsOf(target)).mcp_tools).toEqual([])
    await save({ enabled: true, servers: { late: server } })
    expect(await call(target, 'mcp__late__echo', { text: 'here now' })).toBe('here now')
    await target.restart()
    expect(toolNames((await toolsOf(target)).mcp_tools)).toContain('mcp__late__echo')
    expect(await call(target, 'mcp__late__echo', { text: 'here again' })).toBe('here again')
    await remote.forget()
    expect(await call(target, 'mcp__late__echo', { text: 'in a new session' })).toBe('in a new session')
    await remote.close()
    expect(await call(target, 'mcp__late__echo', { text: 'gone' })).toMatch(/^Error: mcp server "late"/)
    await save({ enabled: false })
    const { mcp_tools: none, tools } = await toolsOf(target)
    expect([none, toolNames(tools).includes('mcp')]).toEqual([[], false])
  })
})

describeTargets('POST /api/mcp/install', (_, name) => {
  let installers: StandInInstallers
  const target = shareTarget(name, async () => {
    installers = await standInInstallers()
    return { vars: { PATH: `${installers.folder}:/usr/bin:/bin`, HOME: installers.home } }
  })
  afterAll(() => installers?.close())
  const install = (body: unknown) => post(target(), '/api/mcp/install', body)

  it('installs with uv, or bun, and answers where the command is; the edge says that it cannot', async () => {
    const answer = await install({ package: 'example-mcp' })
    if (name === 'workerd') {
      expect(answer.status).toBe(501)
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
      expect(await answer.text()).toMatch(/^installing MCP servers needs a gateway that can start processes.*\n$/)
      return
    }
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      ok: true,
      package: 'example-mcp',
      output: expect.stringContaining('\ninstalled example-mcp via uv\nresolved binary: '),
      bin_name: 'example-mcp',
      bin_path: `${installers.uvBin}/example-mcp`,
    })
    const bun = await jsonOf(install({ package: '@scope/other-mcp', installer: 'bun' }))
    expect(bun).toMatchObject({ ok: true, bin_name: 'other-mcp', bin_path: `${installers.bunBin}/other-mcp` })
  })

  it.each([
    ['{"package":', 'invalid json'],
    [{ package: 5 }, 'invalid json'],
    [{}, 'package required'],
    [{ package: '  ', installer: 'uv' }, 'package required'],
    [{ package: 'x', installer: 'npm' }, 'unsupported installer: npm; use uv or bun'],
    [{ package: '--index-url=https://a.example' }, /^invalid package/],
    [{ package: 'git+https://a.example/x' }, /^invalid package/],
    [{ package: '../x', installer: 'bun' }, /^invalid package/],
  ])('refuses %j', async (body, message) => {
    const answer = await install(body)
    expect(answer.status).toBe(400)
    expect((await answer.text()).trimEnd()).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    )
  })

  it('answers with the installer’s words when it fails', async () => {
    const answer = await install({ package: 'broken' })
    if (name === 'workerd') expect(answer.status).toBe(501)
    else {
      expect(answer.status).toBe(502)
      expect(await answer.text()).toContain('not found in the package registry')
    }
  })

  it('is a POST, with the token', async () => {
    expect((await target().fetch('/api/mcp/install')).status).toBe(405)
    expect((await fetch(`${target().url}/api/mcp/install`, { method: 'POST', body: '{}' })).status).toBe(401)
  })
})
