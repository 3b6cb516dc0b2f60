import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { ToolRegistry } from './registry.ts'
import { type AnyTool, defineTool, type ToolContext } from './tool.ts'

const context = (more: Partial<ToolContext> = {}): ToolContext => ({
  session: 'main',
  channel: 'cli',
  chat: 'direct',
  turn: 'main/1',
  callId: 'main/1/0/call_1',
  owner: true,
  signal: new AbortController().signal,
  ...more,
})

const greet = defineTool({
  name: 'greet',
  description: 'Greets.',
  input: z.object({ name: z.string().trim().min(1), times: z.int().positive().max(3).default(1) }),
  run: async ({ name, times }) => Array(times).fill(`Hello ${name}`).join('\n'),
})

const tool = (name: string, run: AnyTool['run'], more: Partial<AnyTool> = {}): AnyTool => ({
  name,
  description: name,
  input: z.object({}),
  run,
  ...more,
})

const registryOf = (...tools: AnyTool[]) => {
  const registry = new ToolRegistry()
  for (const each of tools) registry.register(each)
  return registry
}

const call = (registry: ToolRegistry, name: string, input: unknown = {}, more: Partial<ToolContext> = {}) =>
  registry.call({ name, input, context: context(more) })

describe('the guard', () => {
  it('runs a tool with arguments read from what the model wrote', async () => {
    const result = await call(registryOf(greet), 'greet', '{"name":" Ada ","times":"2"}')
    expect(result).toEqual({ output: 'Hello Ada\nHello Ada', error: false })
  })

  it.each([
    [{}, 'Error: name is required'],
    [{ name: '  ' }, 'Error: name is required'],
    [{ name: null }, 'Error: name is required'],
    [{ name: 'x', times: 'often' }, 'Error: times: expected number, received string'],
    [{ name: 'x', times: 9 }, 'Error: times: Too big: expected number to be <=3'],
    ['nonsense', 'Error: arguments: expected object, received string'],
  ])('tells the model what is wrong with %j', async (input, output) => {
    expect(await call(registryOf(greet), 'greet', input)).toEqual({ output, error: true })
  })

  it('knows no other tools than the registered and allowed ones', async () => {
    const registry = registryOf(greet)
    expect((await call(registry, 'exec')).output).toBe("Error: tool 'exec' not found")
    const refused = await registry.call({ name: 'greet', input: { name: 'x' }, context: context(), allow: [] })
    expect(refused).toEqual({ output: "Error: tool 'greet' is not allowed by subagent profile", error: true })
    const allowed = await registry.call({ name: 'greet', input: { name: 'x' }, context: context(), allow: ['GREET'] })
    expect(allowed.error).toBe(false)
  })

  it('turns whatever a tool throws into an error for the model', async () => {
    const registry = registryOf(
      tool('rejects', async () => Promise.reject(new Error('no luck'))),
      tool('throws', () => {
        throw 'a string'
      }),
    )
    expect(await call(registry, 'rejects')).toEqual({ output: 'Error: no luck', error: true })
    expect(await call(registry, 'throws')).toEqual({ output: 'Error: a string', error: true })
  })

  it('ends a tool after its time, also one that ignores its signal', async () => {
    let told = false
    const registry = registryOf(
      tool(
        'sleeps',
        (_, { signal }) => {
          signal.addEventListener('abort', () => {
            told = true
          })
          return new Promise(() => {})
        },
        { timeoutMs: 20 },
      ),
    )
    expect(await call(registry, 'sleeps')).toEqual({
      output: "Error: tool 'sleeps' did not finish within 0.02 s",
      error: true,
    })
    expect(told).toBe(true)
  })

  it('stops a tool with its turn, and starts none in a stopped turn', async () => {
    const turn = new AbortController()
    let starts = 0
    const registry = registryOf(
      tool('waits', () => {
        starts++
        queueMicrotask(() => turn.abort())
        return new Promise(() => {})
      }),
    )
    const stopped = { output: "Error: tool 'waits' was stopped", error: true }
    expect(await call(registry, 'waits', {}, { signal: turn.signal })).toEqual(stopped)
    expect(await call(registry, 'waits', {}, { signal: turn.signal })).toEqual(stopped)
    expect(starts).toBe(1)
  })
})

describe('long output', () => {
  const text = `${'a'.repeat(50_000)}the end`

  it('keeps its head and its tail and says how much is gone', async () => {
    const { output } = await call(registryOf(tool('long', async () => text)), 'long')
    expect(output.length).toBeLessThanOrEqual(16_000)
    expect(output).toMatch(/^a+\n\n\[… \d+ characters cut …\]\n\na+the end$/)
  })

  it('is kept whole where the notice says', async () => {
    const kept = new Map<string, string>()
    const registry = new ToolRegistry({
      spill: async (id, whole) => {
        kept.set(id, whole)
        return 'some/file.txt'
      },
    })
    registry.register(tool('long', async () => text, { maxOutput: 500 }))
    const { output } = await call(registry, 'long')
    expect(output.length).toBeLessThanOrEqual(500)
    expect(output).toContain('characters cut; the whole output is in some/file.txt, read it with read_file')
    expect(kept.get('main/1/0/call_1')).toBe(text)
  })

  it('arrives also when it could not be kept', async () => {
    const registry = new ToolRegistry({ spill: () => Promise.reject(new Error('disk full')) })
    registry.register(tool('long', async () => text))
    expect(await call(registry, 'long')).toMatchObject({ error: false, output: expect.stringMatching(/cut …\]/) })
  })
})

describe('the catalogue', () => {
  const remote = {
    server: 'GitHub',
    remoteTool: 'search-code',
    parameters: { type: 'object', properties: { q: { type: 'string' } } },
  }

  it('shows local and remote tools by name, with what a caller may write', () => {
    const registry = registryOf(
      tool('skill_exec', async () => ''),
      greet,
    )
    registry.register(
      tool('mcp__github__search_code', async () => ''),
      remote,
    )
    expect(registry.catalog()).toEqual([
      {
        name: 'greet',
        description: 'Greets.',
        parameters: {
          type: 'object',
          properties: {
            name: { type: 'string', minLength: 1 },
            times: { type: 'integer', exclusiveMinimum: 0, maximum: 3, default: 1 },
          },
          required: ['name'],
        },
        source: 'local',
        visibility: { main_agent: true, subagent: 'allowlist' },
      },
      {
        name: 'mcp__github__search_code',
        description: 'mcp__github__search_code',
        parameters: remote.parameters,
        source: 'mcp',
        visibility: { main_agent: true, subagent: 'allowlist' },
        mcp: { server: 'GitHub', remote_tool: 'search-code' },
      },
      expect.objectContaining({ name: 'skill_exec', visibility: { main_agent: true, subagent: 'inherited' } }),
    ])
  })

  it('replaces a tool of the same name and removes a family by its prefix', async () => {
    const registry = registryOf(
      greet,
      tool('greet', async () => 'new'),
    )
    registry.register(
      tool('mcp__a__x', async () => ''),
      remote,
    )
    registry.register(
      tool('mcp__b__x', async () => ''),
      remote,
    )
    expect((await call(registry, 'greet')).output).toBe('new')
    expect([registry.unregister('mcp__a__x'), registry.unregister('mcp__a__')]).toEqual([true, false])
    expect(registry.list().map(({ name }) => name)).toEqual(['greet', 'mcp__b__x'])
    expect(registry.list(['mcp__*']).map(({ name }) => name)).toEqual(['mcp__b__x'])
  })

  it.each(['', 'Read', 'a-b', 'x'.repeat(65)])('refuses %j as a name', (name) => {
    expect(() => registryOf(tool(name, async () => ''))).toThrow('cannot name a tool')
  })
})
