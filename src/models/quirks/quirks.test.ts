/** Vendors' habits on the real wire: a server that has them, through the SDK's own code. */
import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4Prompt,
} from '@ai-sdk/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portsOf } from '../../../test/support/model-ports.ts'
import { type ModelServer, startModelServer } from '../../../test/support/model-server.ts'
import { openLanguageModel } from '../language-model.ts'
import { providerKind } from '../provider-kind.ts'
import type { ProviderSettings } from '../settings.ts'

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

const DSML = '｜｜DSML｜｜'

const readFile: LanguageModelV4FunctionTool = {
  type: 'function',
  name: 'read_file',
  inputSchema: { type: 'object', properties: { path: { type: 'string' } } },
}

function open(name: string) {
  const api_base = name === 'my-server' ? `${server.url}/v1` : server.url
  const settings: ProviderSettings = { api_base, models: ['m'], auth: 'none' }
  const kind = providerKind(name, settings)
  const route = {
    ref: `${name}/m`,
    provider: name,
    modelId: 'm',
    kind,
    key: undefined,
    settings,
    source: 'config' as const,
    detail: '',
  }
  return openLanguageModel(route, portsOf(name, settings))
}

const user = (text: string): LanguageModelV4Prompt => [{ role: 'user', content: [{ type: 'text', text }] }]

/** Collects what is shown; neighbours of a kind are joined. */
function shownBy() {
  const list: Array<[kind: string, text: string]> = []
  const add = (kind: string, text: string) => {
    const last = list.at(-1)
    if (last?.[0] === kind) last[1] += text
    else list.push([kind, text])
  }
  return { list, add }
}

/** What a call shows, in order. */
async function ask(name: string, options: LanguageModelV4CallOptions) {
  const { stream } = await (await open(name)).doStream(options)
  const { list: shown, add } = shownBy()
  const blocks = new Set<string>()
  let finish = ''
  for await (const part of stream) {
    if (part.type === 'error') throw part.error
    if (part.type === 'text-start' || part.type === 'reasoning-start') blocks.add(part.id)
    if (part.type === 'text-delta' || part.type === 'reasoning-delta') {
      expect(blocks.has(part.id)).toBe(true)
      add(part.type === 'text-delta' ? 'text' : 'thought', part.delta)
    }
    if (part.type === 'text-end' || part.type === 'reasoning-end') expect(blocks.delete(part.id)).toBe(true)
    if (part.type === 'tool-call') shown.push([`call ${part.toolName}`, part.input])
    if (part.type === 'finish') finish = part.finishReason.unified
  }
  expect(blocks.size).toBe(0)
  return { shown, finish }
}

const script = (text: string, pieces: number) => user(`text=${JSON.stringify(text)} pieces=${pieces}`)

describe('<think> in a text', () => {
  it.each<[string, string, Array<[string, string]>]>([
    [
      'at its head is reasoning',
      '<think>let me see</think>\n\nThe answer.',
      [
        ['thought', 'let me see'],
        ['text', 'The answer.'],
      ],
    ],
    [
      'after white space, too',
      '\n <think>a < b</thin</think>c',
      [
        ['thought', 'a < b</thin'],
        ['text', 'c'],
      ],
    ],
    [
      'twice in a row',
      '<think>a</think>\n<think>b</think>c',
      [
        ['thought', 'ab'],
        ['text', 'c'],
      ],
    ],
    ['empty is nothing', '<think>\n\n</think>\n\nc', [['text', 'c']]],
    ['that never ends is all reasoning', '<think>and so on', [['thought', 'and so on']]],
    [
      'in its other spelling',
      '<thinking>a</thinking>b',
      [
        ['thought', 'a'],
        ['text', 'b'],
      ],
    ],
    ['further on is text', 'Write <think>x</think> so.', [['text', 'Write <think>x</think> so.']]],
    ['in part is text', '<thin ice', [['text', '<thin ice']]],
    ['missing leaves white space alone', '  two\n\nlines ', [['text', '  two\n\nlines ']]],
  ])('%s', async (_, text, expected) => {
    for (const pieces of [1, 3, 1000]) {
      expect((await ask('my-server', { prompt: script(text, pieces) })).shown).toEqual(expected)
    }
    const shown = shownBy()
    const { content } = await (await open('my-server')).doGenerate({ prompt: script(text, 0) })
    for (const part of content) if ('text' in part) shown.add(part.type === 'text' ? 'text' : 'thought', part.text)
    expect(shown.list).toEqual(expected)
  })

  it('shows the answer while it comes', async () => {
    const { stream } = await (await open('my-server')).doStream({
      prompt: user('text="<think>a</think>b c d e" delay=30'),
    })
    const times: number[] = []
    for await (const part of stream) if (part.type === 'text-delta') times.push(performance.now())
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(50)
  })
})

describe('a tool call printed as text', () => {
  const printed: Array<[string, string, string[]]> = [
    [
      '<function_call> with JSON',
      '<function_call><toolname>read_file</toolname><parameters>{"path": "a.txt"}</parameters></function_call>',
      ['{"path":"a.txt"}'],
    ],
    [
      '<function_call> with pairs',
      '<function_call>\n<tool_name>read_file</tool_name>\n<parameters><path>a b</path><lines>3</lines></parameters></function_call>',
      ['{"path":"a b","lines":3}'],
    ],
    [
      '<function_call> with an invoke',
      '<function_call><invoke name="read_file"><parameter name="path">a</parameter></invoke></function_call>',
      ['{"path":"a"}'],
    ],
    [
      'DSML, two calls in a block',
      `<${DSML}tool_calls>\n<${DSML}invoke name="read_file">\n<${DSML}parameter name="path" string="true">007</${DSML}parameter>\n` +
        `</${DSML}invoke>\n<${DSML}invoke name="read_file"></${DSML}invoke>\n</${DSML}tool_calls>`,
      ['{"path":"007"}', '{}'],
    ],
    [
      'DSML with single bars, the older block name and a number',
      '<｜DSML｜function_calls><｜DSML｜invoke name="read_file"><｜DSML｜parameter name="lines" string="false">3</｜DSML｜parameter></｜DSML｜invoke></｜DSML｜function_calls>',
      ['{"lines":3}'],
    ],
    [
      '<tool_call> with JSON, two blocks',
      '<tool_call>\n{"name": "read_file", "arguments": {"path": "</tool_call>"}}\n</tool_call>\n<tool_call>{"name":"read_file","arguments":"{}"}</tool_call>',
      ['{"path":"</tool_call>"}', '{}'],
    ],
    [
      '<tool_call> with parameters on lines',
      '<tool_call>\n<function=read_file>\n<parameter=path>\nline 1\nline 2\n</parameter>\n</function>\n</tool_call>',
      ['{"path":"line 1\\nline 2"}'],
    ],
  ]
  it.each(printed)('is a call: %s', async (_, text, inputs) => {
    for (const [prefix, thoughts] of [
      ['', []],
      ['<think>hm</think>\n\n', [['thought', 'hm']]],
    ] as const) {
      for (const pieces of [1, 1000]) {
        const { shown, finish } = await ask('my-server', { prompt: script(prefix + text, pieces), tools: [readFile] })
        expect(shown).toEqual([...thoughts, ...inputs.map((input) => ['call read_file', input])])
        expect(finish).toBe('tool-calls')
      }
    }
    const whole = await (await open('my-server')).doGenerate({ prompt: script(text, 0), tools: [readFile] })
    expect(whole.content).toEqual(inputs.map((input) => expect.objectContaining({ type: 'tool-call', input })))
    expect(whole.finishReason.unified).toBe('tool-calls')
  })

  it.each([
    ['words before it', `So: ${printed[0]![1]}`],
    ['words behind it', `${printed[0]![1]} is how it looks.`],
    ['a tool nobody offered', printed[0]![1].replace('read_file', 'rm_all')],
    ['no end', printed[0]![1].slice(0, -5)],
    ['nonsense inside', '<tool_call>{"name": read_file}</tool_call>'],
    ['another tag', '<table><tr></tr></table>'],
  ])('stays text with %s', async (_, text) => {
    for (const pieces of [1, 1000]) {
      const { shown, finish } = await ask('my-server', { prompt: script(text, pieces), tools: [readFile] })
      expect([shown, finish]).toEqual([[['text', text]], 'stop'])
    }
  })

  it('stays text where no tools are offered, or none may be called, or the answer was cut', async () => {
    const [, text] = printed[0]!
    const prompt = script(text, 5)
    expect((await ask('my-server', { prompt })).shown).toEqual([['text', text]])
    const none = await ask('my-server', { prompt, tools: [readFile], toolChoice: { type: 'none' } })
    expect(none.shown).toEqual([['text', text]])
    const cut = user(`text=${JSON.stringify(text)} finish=length`)
    expect((await ask('my-server', { prompt: cut, tools: [readFile] })).shown).toEqual([['text', text]])
  })

  it('stays text beside a real call', async () => {
    const [, text] = printed[0]!
    const prompt = user(`say=${JSON.stringify(text)} call=read_file:{"path":"real"}`)
    expect((await ask('my-server', { prompt, tools: [readFile] })).shown).toEqual([
      ['text', text],
      ['call read_file', '{"path":"real"}'],
    ])
  })

  it('has an id of its own each time', async () => {
    const model = await open('my-server')
    const ids = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const { content } = await model.doGenerate({ prompt: script(printed[0]![1], 0), tools: [readFile] })
      for (const part of content) if (part.type === 'tool-call') ids.add(part.toolCallId)
    }
    expect(ids.size).toBe(3)
  })
})

describe('a member the server refuses', () => {
  it('is left out from then on: stream_options', async () => {
    const model = await open('my-server')
    const prompt = user('k=no-options refuse=stream_options text=fine')
    for (let i = 0; i < 2; i++) {
      const { stream } = await model.doStream({ prompt })
      let text = ''
      for await (const part of stream) if (part.type === 'text-delta') text += part.delta
      expect(text).toBe('fine')
    }
    const bodies = server.requestsOf('no-options').map(({ body }) => 'stream_options' in body)
    expect(bodies).toEqual([true, false, false])
  })

  const within = (text: string): LanguageModelV4Prompt => [
    ...user(text),
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'so I thought' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'read_file', input: {} },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 'c1', toolName: 'read_file', output: { type: 'text', value: 'contents' } },
      ],
    },
  ]

  it('sends thoughts back within a turn, and leaves them out where they are refused', async () => {
    await ask('my-server', { prompt: within('k=thoughts text=ok'), tools: [readFile] })
    expect(server.lastRequest?.body.messages).toContainEqual(
      expect.objectContaining({ reasoning_content: 'so I thought' }),
    )
    const { shown } = await ask('my-server', { prompt: within('refuse=reasoning_content text=ok'), tools: [readFile] })
    expect(shown).toEqual([['text', 'ok']])
    expect(JSON.stringify(server.lastRequest?.body)).not.toContain('so I thought')
  })

  it('puts something in where thoughts are demanded and there are none left', async () => {
    const prompt = within('demand=reasoning_content text=ok').map((message) =>
      message.role === 'assistant'
        ? { ...message, content: message.content.filter(({ type }) => type !== 'reasoning') }
        : message,
    )
    expect((await ask('my-server', { prompt, tools: [readFile] })).shown).toEqual([['text', 'ok']])
  })

  it('that is another one is the caller’s business, with the server’s words', async () => {
    await expect(ask('my-server', { prompt: user('k=odd refuse=model') })).rejects.toMatchObject({
      statusCode: 400,
      message: "property 'model' is unsupported",
    })
    expect(server.requestsOf('odd')).toHaveLength(1)
  })
})

describe('prompt caching', () => {
  const mark = { type: 'ephemeral' }
  const tools = [{ ...readFile, name: 'a' }, readFile]
  const system = { role: 'system' as const, content: 'Be kind.' }

  it('marks the ends of tools, system text and conversation at Anthropic', async () => {
    await ask('claude', { prompt: [system, ...user('one'), ...user('text=x')], tools })
    const {
      system: said,
      tools: sent,
      messages,
    } = server.lastRequest!.body as Record<string, Array<Record<string, unknown>>>
    expect(said!.at(-1)).toMatchObject({ cache_control: mark })
    expect(sent!.map((tool) => tool.cache_control)).toEqual([undefined, mark])
    const blocks = messages!.flatMap(({ content }) => content as Array<Record<string, unknown>>)
    expect(blocks.at(-1)).toMatchObject({ text: 'text=x', cache_control: mark })
    expect(JSON.stringify(server.lastRequest!.body).match(/cache_control/g)).toHaveLength(3)
  })

  it('leaves a caller’s own marks alone, and does without where marks are refused', async () => {
    const own = { ...system, providerOptions: { anthropic: { cacheControl: mark } } }
    await ask('claude', { prompt: [own, ...user('text=x')], tools })
    expect(JSON.stringify(server.lastRequest!.body).match(/cache_control/g)).toHaveLength(1)
    const { shown } = await ask('claude', { prompt: [system, ...user('refuse=cache_control text=x')], tools })
    expect(shown).toEqual([['text', 'x']])
  })

  it('sends no marks elsewhere', async () => {
    for (const name of ['my-server', 'gemini']) {
      await ask(name, { prompt: [system, ...user('text=x')], tools })
      expect(JSON.stringify(server.lastRequest!.body)).not.toMatch(/cache_?control/i)
    }
  })
})

describe('tool schemas at Google', () => {
  it('keep what Google knows, and say the rest in its words', async () => {
    const inputSchema: JSONSchema7 = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: {
        kind: { const: 'file' },
        lines: { type: 'integer', exclusiveMinimum: 0, multipleOf: 2, default: 10 },
        $schema: { type: 'string', format: 'uri', pattern: '^h', minLength: 1, description: 'A name like a keyword.' },
        list: {
          type: 'array',
          uniqueItems: true,
          maxItems: 3,
          items: { anyOf: [{ type: 'string', examples: ['a'] }] },
        },
        both: {
          allOf: [{ type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }, { title: 'Both' }],
        },
      },
      required: ['kind'],
      additionalProperties: false,
    }
    await ask('gemini', { prompt: user('text=x'), tools: [{ ...readFile, inputSchema }] })
    const [tool] = server.lastRequest!.body.tools as Array<{ functionDeclarations: Array<Record<string, unknown>> }>
    expect(tool!.functionDeclarations[0]!.parametersJsonSchema).toEqual({
      type: 'object',
      properties: {
        kind: { enum: ['file'] },
        lines: { type: 'integer', minimum: 1 },
        $schema: { type: 'string', description: 'A name like a keyword.' },
        list: { type: 'array', maxItems: 3, items: { anyOf: [{ type: 'string' }] } },
        both: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], title: 'Both' },
      },
      required: ['kind'],
      additionalProperties: false,
    })
  })
})
