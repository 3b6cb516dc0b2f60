import { expect, it } from 'vitest'
import { emojiType } from './emoji.ts'
import { bodyOf } from './message-body.ts'
import { partsOf } from './parts.ts'
import { CHUNK_BYTES, splitMarkdown, wireBytes } from './split.ts'

const kind = (text: string) => bodyOf({ text }).msg_type
const contentOf = (text: string) => JSON.parse(bodyOf({ text }).content)

it('sends words without markup as text, as they are', () => {
  for (const text of ['Hello', 'two\nlines', '5 * 3 * 2 and a_b_c', 'mail a@b.c', '1.5 is more than 1']) {
    expect([text, kind(text), contentOf(text).text]).toEqual([text, 'text', text])
  }
})

it('sends Markdown as a rich text, tables and headings as a card', () => {
  for (const text of [
    '**bold**',
    '- a\n- b',
    '1. one',
    '`code`',
    '```\nx\n```',
    '[a](https://b.c)',
    '> said',
    'so *it* is',
  ]) {
    expect([text, kind(text)]).toEqual([text, 'post'])
    expect(contentOf(text)).toEqual({ zh_cn: { content: [[{ tag: 'md', text }]] } })
  }
  for (const text of ['# Title\nwords', '| a | b |\n|---|---|\n| 1 | 2 |', 'a | b\n-|-\n1 | 2']) {
    expect([text, kind(text)]).toEqual([text, 'interactive'])
    expect(contentOf(text)).toMatchObject({ schema: '2.0', body: { elements: [{ tag: 'markdown', content: text }] } })
  }
  expect(kind('```\n# no heading\n| a |\n|---|\n```')).toBe('post')
  expect(kind(Array(6).fill('| a | b |\n|---|---|\n| 1 | 2 |').join('\n\n'))).toBe('post')
})

it('sends a card verbatim, other JSON as words', () => {
  const cards = [
    '{"schema":"2.0","body":{"elements":[]}}',
    ' {"elements":[{"tag":"hr"}]}',
    '{"header":{"title":{}},"i18n_elements":{}}',
    '{"config":{"wide_screen_mode":true},"elements":[]}',
  ]
  for (const card of cards) expect(bodyOf({ text: card })).toEqual({ msg_type: 'interactive', content: card.trim() })
  for (const text of ['{"a":1}', '{"elements":1}', '{broken', '[{"elements":[]}]'])
    expect(kind(text)).not.toBe('interactive')
})

it('links images it cannot show, outside of code', () => {
  const text = '![cat](https://a.example/c.png) ![ours](img_v2_1)\n```\n![x](https://y)\n```'
  expect(contentOf(text).zh_cn.content[0][0].text).toBe(
    '[cat](https://a.example/c.png) ![ours](img_v2_1)\n```\n![x](https://y)\n```',
  )
})

it('calls nobody by a mention of all', () => {
  expect(JSON.stringify(contentOf('look <at user_id="all">Everyone</at>, <at id=all></at>!'))).not.toMatch(/<at/)
  expect(JSON.stringify(contentOf('hi <at user_id="ou_1">Ann</at>'))).toContain('ou_1')
})

it('puts buttons under the words, each with its data', () => {
  const body = bodyOf({
    text: 'Sure?',
    buttons: [
      [
        { text: 'Yes', data: 'yes' },
        { text: 'No', data: 'no' },
      ],
    ],
  })
  expect(body.msg_type).toBe('interactive')
  expect(body.content).toContain('"value":{"data":"yes"}')
})

it('cuts words, then the file, all in answer to the same message', () => {
  const long = 'word '.repeat(10_000)
  const parts = partsOf({ action: 'send', text: long, media: 'a.pdf', replyTo: 'om_1' })
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.every(({ replyTo }) => replyTo === 'om_1')).toBe(true)
  expect(parts.at(-1)).toEqual({ action: 'send', file: true, replyTo: 'om_1' })
  expect(
    parts
      .slice(0, -1)
      .map(({ text }) => text)
      .join(''),
  ).toBe(long)
  expect(partsOf({ action: 'send', text: long, media: 'a.pdf', replyTo: 'om_1' })).toEqual(parts)
  expect(partsOf({ action: 'send', text: ' ' })).toEqual([])
})

it('edits one message and goes on in new ones', () => {
  const parts = partsOf({ action: 'edit', messageId: 'om_1', text: 'word '.repeat(10_000) })
  expect(parts[0]).toMatchObject({ action: 'edit', messageId: 'om_1' })
  expect(parts.slice(1).every(({ action }) => action === 'send')).toBe(true)
})

it('cuts no character, whatever it is made of', () => {
  const family = '👨‍👩‍👧‍👦'
  const chunks = splitMarkdown(family.repeat(900), 2000)
  expect(chunks.join('')).toBe(family.repeat(900))
  for (const chunk of chunks) {
    expect(chunk.length % family.length).toBe(0)
    expect(wireBytes(chunk)).toBeLessThanOrEqual(2000)
  }
})

it('keeps code in its fence and blocks together', () => {
  const code = Array.from({ length: 200 }, (_, at) => `console.log("line ${at}")`).join('\n')
  const chunks = splitMarkdown(`Intro\n\n\`\`\`js\n${code}\n\`\`\`\n\nThe end`, 2000)
  expect(chunks.length).toBeGreaterThan(3)
  for (const chunk of chunks) {
    expect(wireBytes(chunk)).toBeLessThanOrEqual(2000)
    expect((chunk.match(/^```/gm) ?? []).length % 2).toBe(0)
  }
  expect(chunks.slice(1, -1).every((chunk) => chunk.startsWith('```js\n'))).toBe(true)
  const said = chunks
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('console'))
  expect(said.join('\n')).toBe(code)
  const paragraphs = Array.from({ length: 40 }, (_, at) => `${at} ${'x'.repeat(80)}`).join('\n\n')
  expect(splitMarkdown(paragraphs, 2000).every((chunk) => /^\d+ x+/.test(chunk) && chunk.endsWith('x'))).toBe(true)
})

it('stays below the limit of the platform with what must be escaped twice', () => {
  for (const text of ['"'.repeat(50_000), '\\'.repeat(50_000), '字'.repeat(50_000), '\n\u0001'.repeat(20_000)]) {
    for (const chunk of splitMarkdown(text)) expect(wireBytes(chunk)).toBeLessThanOrEqual(CHUNK_BYTES)
  }
})

it('reacts with the names of the platform', () => {
  expect(['👍', '👍🏽', '❤️', 'THUMBSUP', ':OnIt:', '🦄'].map(emojiType)).toEqual([
    'THUMBSUP',
    'THUMBSUP',
    'HEART',
    'THUMBSUP',
    'OnIt',
    null,
  ])
})
