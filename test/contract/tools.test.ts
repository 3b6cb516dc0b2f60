/** What the agent can do, seen from outside: api-behaviour.md sections 5.11 and 5.12, design.md section 3 and 5. */
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, HOSTED, shareTarget, type Target } from '../support/targets.ts'

interface CatalogTool {
  name: string
  description: string
  parameters: { type: string }
  source: string
  visibility: object
}

const names = (tools: CatalogTool[]) => tools.map(({ name }) => name)

/** What a tool answered the model, when the model calls it. */
async function call(target: Target, tool: string, input: object): Promise<string> {
  const message = `call=${tool}:${JSON.stringify(input)} text="{result}"`
  const { reply } = await jsonOf(post(target, '/api/chat', { session: crypto.randomUUID(), message }))
  return reply
}

describeTargets('GET /api/tools', (open, name) => {
  const servers = {
    off: { enabled: false, command: 'npx', args: ['-y', '@upstash/context7-mcp'] },
    remote: { enabled: true, transport: 'http', url: 'http://127.0.0.1:1/mcp' },
    gone: { enabled: true, transport: 'stdio', command: 'no-such-command-here' },
    uvx: { enabled: true, command: 'no-such-place/uvx', args: ['--quiet', 'a-server'] },
  }
  const target = shareTarget(name, { config: { tools: { mcp: { servers } } } })

  it('lists the tools by name, each with a schema and who sees it, without ok', async () => {
    const body = await jsonOf(target().fetch('/api/tools'))
    expect(Object.keys(body)).toEqual(['tools', 'mcp_tools', 'mcp_server_checks'])
    expect(names(body.tools)).toEqual(names(body.tools).sort())
    expect(names(body.tools)).toEqual(
      expect.arrayContaining([
        'edit_file',
        'exec',
        'list_dir',
        'memory_search',
        'read_file',
        'web_fetch',
        'write_file',
      ]),
    )
    for (const tool of body.tools as CatalogTool[]) {
      expect(tool).toEqual({
        name: expect.stringMatching(/^[a-z0-9_]{1,64}$/),
        description: expect.stringMatching(/.{20}/),
        parameters: expect.objectContaining({ type: 'object' }),
        source: 'local',
        visibility: { main_agent: true, subagent: tool.name === 'skill_exec' ? 'inherited' : 'allowlist' },
      })
    }
    expect(body.mcp_tools).toEqual([])
  })

  it('checks the commands of the MCP servers, by name', async () => {
    const { mcp_server_checks: checks } = await jsonOf(target().fetch('/api/tools'))
    expect(checks.map(({ name }: { name: string }) => name)).toEqual(['gone', 'off', 'remote', 'uvx'])
    const [gone, off, remote] = checks
    expect(off).toEqual({
      name: 'off',
      enabled: false,
      transport: 'stdio',
      status: 'disabled',
      message: 'server is disabled',
      command: 'npx',
      resolved: expect.any(String),
      package: '@upstash/context7-mcp',
      installer: '',
      installable: false,
      missing_command: false,
    })
    expect(remote).toMatchObject({ transport: 'http', status: 'not_applicable', command: '' })
    if (name === 'node') {
      expect(gone).toMatchObject({
        status: 'missing_command',
        message: 'command not found in PATH: no-such-command-here',
        missing_command: true,
      })
    } else expect(gone).toMatchObject({ status: 'unsupported_platform', missing_command: false })
  })

  it('follows the config: a shell that is switched off is gone, and comes back', async () => {
    const changing = await open()
    const listed = async () => names((await jsonOf(changing.fetch('/api/tools'))).tools).includes('exec')
    for (const enabled of [true, false, true]) {
      const config = await jsonOf(changing.fetch('/api/config'))
      config.tools.shell.enabled = enabled
      expect((await post(changing, '/api/config', config)).status).toBe(200)
      expect([enabled, await listed()]).toEqual([enabled, enabled])
    }
  })
})

describeTargets('GET /api/tool_allowlist_groups', (_, name) => {
  const target = shareTarget(name)

  it('has the groups of the contract, sorted, each tool of which exists or is named by it', async () => {
    const { ok, groups } = await jsonOf(target().fetch('/api/tool_allowlist_groups'))
    const byName = Object.fromEntries(groups.map((group: { name: string }) => [group.name, group]))
    expect(ok).toBe(true)
    expect(Object.keys(byName)).toEqual(Object.keys(byName).sort())
    expect(byName.files_read).toEqual({
      name: 'files_read',
      description: 'Read-only workspace file tools',
      aliases: ['file_read', 'readonly_files'],
      tools: ['list_dir', 'read_file'],
    })
    for (const group of ['files_write', 'memory_all', 'memory_read', 'memory_write', 'skills', 'subagent']) {
      expect(byName[group].tools).toEqual([...byName[group].tools].sort())
    }
  })
})

describeTargets('the agent’s shell', (open) => {
  it('runs where the config says: on the machine, simulated, or nowhere', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const run = async (mode: string, command: string) => {
      const config = await jsonOf(target.fetch('/api/config'))
      config.tools.shell.mode = mode
      expect((await post(target, '/api/config', config)).status).toBe(200)
      return call(target, 'exec', { command })
    }
    const where = 'echo tea > cup.txt; cat cup.txt; pwd'
    expect(await run('simulated', where)).toBe('tea\n/workspace')
    expect(await run('off', where)).toMatch(/^Error: .*(switched off|tool 'exec' not found)/)
    const real = await run('real', where)
    if (target.name === 'node') expect(real).toMatch(/^tea\n\/.*\/workspace$/)
    else expect(real).toBe('tea\n/workspace')
    expect(await call(target, 'read_file', { path: 'cup.txt' })).toBe('tea')
  })

  it('tells output, errors and the exit code of a command that fails', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    for (const mode of ['simulated', 'auto']) {
      const config = await jsonOf(target.fetch('/api/config'))
      config.tools.shell.mode = mode
      await post(target, '/api/config', config)
      expect(await call(target, 'exec', { command: 'echo out; echo err >&2; exit 3' })).toBe(
        'out\n\nSTDERR:\nerr\n\nExit code: 3',
      )
      expect(await call(target, 'exec', { command: 'true' })).toBe('(no output)')
      expect(await call(target, 'exec', { command: 'sleep 5', timeout: 0.2 })).toMatch(/limit is 0\.2 s|timed out/)
      expect(await call(target, 'exec', { command: ' ' })).toMatch(/^Error: .*command is required/)
    }
  })

  it('shows a command on the machine neither the token nor the gateway’s own environment', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model), vars: { CLAWGO_SECRET_OF_TEST: 'do-not-tell' } })
    const output = await call(target, 'exec', { command: 'env; export' })
    expect(output).toContain('PATH')
    expect(output).not.toContain('do-not-tell')
    expect(output).not.toContain(target.token)
  })
})

describeTargets('the agent’s file tools', (_, name) => {
  let model: ModelServer | undefined
  afterAll(() => model?.close())
  const target = shareTarget(name, async () => {
    model = await startModelServer()
    return { config: configFor(model) }
  })
  const escapes = [
    '../config.json',
    '../../etc/passwd',
    'notes/../../config.json',
    './../config.json',
    '/etc/passwd',
    '//etc/passwd',
    'C:\\Windows\\win.ini',
    '..\\config.json',
    'a\u0000b.txt',
    '/proc/self/environ',
  ]

  it.each(escapes)('do not leave the workspace by %j', async (path) => {
    const calls = Object.entries({
      read_file: { path },
      write_file: { path, content: 'escaped' },
      edit_file: { path, old_text: 'a', new_text: 'b' },
      list_dir: { path },
    }).map(([tool, input]) => `call=${tool}:${JSON.stringify(input)}`)
    const { reply } = await jsonOf(post(target(), '/api/chat', { message: `${calls.join(' ')} text="{results}"` }))
    expect(reply.split('|')).toEqual(Array(4).fill(expect.stringMatching(/^Error: /)))
    // Neither what is in the file, nor where the workspace is on this machine.
    expect(reply).not.toMatch(/root:|agents|\/tmp\//)
  })

  it('close the places where people keep secrets', async () => {
    for (const path of ['.env', '.ssh/id_rsa', 'project/.aws/credentials']) {
      expect(await call(target(), 'read_file', { path })).toMatch(/^Error: .*may hold secrets/)
      expect(await call(target(), 'write_file', { path, content: 'x' })).toMatch(/^Error: .*may hold secrets/)
    }
  })

  it('write, extend, list and find what is inside', async () => {
    expect(await call(target(), 'write_file', { path: 'deep/er/日本.md', content: 'one\n' })).toContain('successfully')
    await call(target(), 'write_file', { path: 'deep/er/日本.md', content: 'two', append: true })
    expect(await call(target(), 'read_file', { path: './deep//er/日本.md' })).toBe('one\ntwo')
    expect(await call(target(), 'list_dir', { path: 'deep' })).toContain('er')
    expect(await call(target(), 'find_files', { pattern: '**/日本.md' })).toContain('deep/er/日本.md')
    expect(await call(target(), 'read_file', { path: 'deep/none.md' })).toMatch(/^Error: /)
  })

  // A tenant's `auto` shell has no links to make.
  describe.runIf(name === 'node' && !HOSTED)('with links in the workspace', () => {
    it('follow none that leads out of it', async () => {
      const outside = await mkdtemp(join(tmpdir(), 'outside-'))
      onTestFinished(() => rm(outside, { recursive: true }))
      await writeFile(join(outside, 'secret.txt'), 'outside secret')
      const home = (await call(target(), 'exec', { command: 'pwd' })).trim()
      await symlink(outside, join(home, 'link'))
      await symlink(join(outside, 'secret.txt'), join(home, 'link.txt'))
      for (const path of ['link/secret.txt', 'link.txt']) {
        const read = await call(target(), 'read_file', { path })
        expect([path, read]).toEqual([path, expect.stringMatching(/^Error: /)])
      }
      expect(await call(target(), 'write_file', { path: 'link/new.txt', content: 'x' })).toMatch(/^Error: /)
      expect(await call(target(), 'list_dir', { path: 'link' })).toMatch(/^Error: /)
      expect(await call(target(), 'grep_files', { pattern: 'outside' })).not.toContain('outside secret')
      expect(await readdir(outside)).toEqual(['secret.txt'])
    })
  })
})
