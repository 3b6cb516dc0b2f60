/** A `</think>` that nothing opened: what stands before it is reasoning. */
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import { thinkTags } from './think-tags.ts'
import { type Quirk, withQuirks } from './wrapped-model.ts'

const FINISH: LanguageModelV4StreamPart = {
  type: 'finish',
  finishReason: { unified: 'stop', raw: 'stop' },
  usage: {
    inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 0, text: 0, reasoning: 0 },
  },
}

/** What a stream of these deltas shows; neighbours of a kind are joined. */
async function streamed(quirk: Quirk, deltas: readonly string[], before: LanguageModelV4StreamPart[] = []) {
  const parts: LanguageModelV4StreamPart[] = [
    ...before,
    { type: 'text-start', id: 't' },
    ...deltas.map((delta) => ({ type: 'text-delta' as const, id: 't', delta })),
    { type: 'text-end', id: 't' },
    FINISH,
  ]
  const shown: Array<[string, string]> = []
  const source = new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
  const model = withQuirks({ doStream: async () => ({ stream: source }) } as unknown as LanguageModelV4, [quirk])
  const { stream } = await model.doStream({ prompt: [] })
  for await (const part of stream as unknown as AsyncIterable<LanguageModelV4StreamPart>) {
    if (part.type !== 'text-delta' && part.type !== 'reasoning-delta') continue
    const kind = part.type.replace('-delta', '')
    if (shown.at(-1)?.[0] === kind) shown.at(-1)![1] += part.delta
    else shown.push([kind, part.delta])
  }
  return shown
}

const whole = (text: string) =>
  thinkTags('m').answer!(
    { content: [{ type: 'text', text }], finishReason: { unified: 'stop', raw: 'stop' } },
    { prompt: [] },
  ).content.map((part) => ('text' in part ? [part.type, part.text] : [part.type]))

/** The text in deltas of every size. */
const cuts = (text: string) => [[text], [...text], text.match(/[\s\S]{1,3}/g)!, text.match(/[\s\S]{1,7}/g)!]

describe('an answer in one piece', () => {
  it.each<[string, string[][]]>([
    [
      'Hm, so.\n</think>\n\nFour.',
      [
        ['reasoning', 'Hm, so.'],
        ['text', 'Four.'],
      ],
    ],
    [
      'Hm.</think>\nFour.',
      [
        ['reasoning', 'Hm.'],
        ['text', 'Four.'],
      ],
    ],
    ['Only thoughts\n</thinking>', [['reasoning', 'Only thoughts']]],
    ['</think>\n\nFour.', [['text', 'Four.']]],
    ['The tag </think> ends thoughts.', [['text', 'The tag </think> ends thoughts.']]],
    ['It ends with `</think>`\nas you see', [['text', 'It ends with `</think>`\nas you see']]],
    ['```\nx\n</think>\n```\ndone', [['text', '```\nx\n</think>\n```\ndone']]],
    [
      '<think>a</think>b\n</think>\nc',
      [
        ['reasoning', 'a'],
        ['text', 'b\n</think>\nc'],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(whole(text)).toEqual(expected)
  })
})

describe('a stream', () => {
  const text = 'Hm, so.\n</think>\n\nFour < five.'

  it('shows no tag, and from then on the model’s thoughts as thoughts', async () => {
    for (const deltas of cuts(text)) {
      const quirk = thinkTags('m')
      const first = (await streamed(quirk, deltas)).map(([, shown]) => shown).join('|')
      expect(first.replace(/\s+/g, ' ')).toMatch(/^Hm, so\. ?Four < five\.$/)
      expect(await streamed(quirk, deltas)).toEqual([
        ['reasoning', 'Hm, so.\n'],
        ['text', 'Four < five.'],
      ])
    }
  })

  it('of a model known for it begins as thoughts', async () => {
    for (const deltas of cuts(text)) {
      expect(await streamed(thinkTags('deepseek-r1:8b'), deltas)).toEqual([
        ['reasoning', 'Hm, so.\n'],
        ['text', 'Four < five.'],
      ])
    }
  })

  it('without the tag becomes an answer after all, and the next one is taken as it comes', async () => {
    const quirk = thinkTags('qwq')
    expect((await streamed(quirk, ['Fo', 'ur.'])).at(-1)).toEqual(['text', 'Four.'])
    expect(await streamed(quirk, ['Fo', 'ur.'])).toEqual([['text', 'Four.']])
  })

  it('of a server that knows the format is not touched', async () => {
    const before: LanguageModelV4StreamPart[] = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r' },
    ]
    expect(await streamed(thinkTags('deepseek-r1'), ['Fo', 'ur.'], before)).toEqual([
      ['reasoning', 'Hm.'],
      ['text', 'Four.'],
    ])
  })

  it('keeps the word where the answer speaks of it', async () => {
    for (const said of ['The tag </think> ends it.', 'Write `</think>`\nthen go on', '```\n</think>\n```\nso']) {
      for (const deltas of cuts(said)) expect(await streamed(thinkTags('m'), deltas)).toEqual([['text', said]])
    }
  })
})
