import { describe, expect, it, onTestFinished } from 'vitest'
import { startMcpServer } from '../../test/support/mcp-server-http.ts'
import { openServers, program } from '../../test/support/mcp-servers.ts'

async function open() {
  const server = await startMcpServer()
  onTestFinished(() => server.close())
  const url = `${server.url}/mcp?key=not-for-the-model`
  const opened = await openServers({
    little: { transport: 'http', url, description: 'Little things', headers: { 'X-Key': 'not-for-the-model' } },
    off: program([], { enabled: false }),
  })
  const ask = async (input: object) => JSON.parse(await opened.call('mcp', input))
  return { ...opened, ask, url: server.url }
}

describe('the mcp tool', () => {
  it('lists the enabled servers, without their keys', async () => {
    const { ask, url } = await open()
    expect(await ask({ action: 'list_servers' })).toEqual({
      servers: [{ name: 'little', transport: 'http', url: `${url}/mcp`, command: '', description: 'Little things' }],
    })
  })

  it('shows tools, resources and prompts', async () => {
    const { ask } = await open()
    const server = 'little'
    expect((await ask({ action: 'list_tools', server })).tools.map(({ name }: { name: string }) => name)).toContain(
      'echo',
    )
    expect((await ask({ action: 'list_resources', server })).resources).toHaveLength(2)
    expect((await ask({ action: 'list_prompts', server })).prompts).toMatchObject([{ name: 'greet' }])
    expect(await ask({ action: 'read_resource', server, uri: 'note://hello' })).toEqual({
      contents: [{ uri: 'note://hello', text: 'hello' }],
    })
    expect(await ask({ action: 'read_resource', server, uri: 'note://bytes' })).toMatchObject({
      contents: [{ blob: '[image/png, 1 KB, not shown]' }],
    })
    expect(await ask({ action: 'get_prompt', server, prompt: 'greet', arguments: { who: 'Ada' } })).toMatchObject({
      messages: [{ content: { text: 'greet Ada' } }],
    })
  })

  it('calls a tool by its own name', async () => {
    const { ask, call } = await open()
    const input = { action: 'call_tool', server: 'little', tool: 'echo', arguments: { text: 'hi' } }
    expect(await ask(input)).toEqual({ content: [{ type: 'text', text: 'hi' }] })
    expect(await call('mcp', { ...input, tool: 'fail' })).toBe('Error: it does not work today')
  })

  it.each([
    [{}, 'action is required'],
    [{ action: ' ' }, 'action is required'],
    [{ action: 'dance' }, 'unsupported action "dance"'],
    [{ action: 'list_tools' }, 'server is required for action "list_tools"'],
    [{ action: 'call_tool', server: 'little' }, 'tool is required for action=call_tool'],
    [{ action: 'read_resource', server: 'little' }, 'uri is required for action=read_resource'],
    [{ action: 'get_prompt', server: 'little' }, 'prompt is required for action=get_prompt'],
    [{ action: 'list_tools', server: 'off' }, 'mcp server "off" is not configured or not enabled'],
    [{ action: 'list_tools', server: 'nobody' }, 'mcp server "nobody" is not configured or not enabled'],
  ])('answers %j with: %s', async (input, message) => {
    const { call } = await openServers({ little: { transport: 'http', url: 'http://127.0.0.1:1/' } })
    expect(await call('mcp', input)).toBe(`Error: ${message}`)
  })

  it('passes the same guard as every tool: a list that does not name it refuses it', async () => {
    const { call } = await open()
    const input = { action: 'list_servers' }
    expect(await call('mcp', input, undefined, ['mcp__other__*'])).toMatch(/not allowed/)
  })
})
