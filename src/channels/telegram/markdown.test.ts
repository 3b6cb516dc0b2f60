import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkEntities } from '../../../test/support/telegram-server-chats.ts'
import { fromMarkdown } from './markdown.ts'
import { partsOf } from './parts.ts'

/** The text with its entities drawn in: `<bold>x</bold>`. */
function drawn(markdown: string): string {
  const { text, entities } = fromMarkdown(markdown)
  const marks = entities.flatMap(({ type, offset, length, url, language }, index) => [
    { at: offset, rank: index, mark: `<${[type, url, language].filter(Boolean).join(' ')}>` },
    { at: offset + length, rank: -1 - index, mark: `</${type}>` },
  ])
  marks.sort((a, b) => a.at - b.at || a.rank - b.rank)
  let result = ''
  let from = 0
  for (const { at, mark } of marks) {
    result += text.slice(from, at) + mark
    from = at
  }
  return result + text.slice(from)
}

describe('markdown', () => {
  it.each([
    [
      'a **bold** and *thin* ~~gone~~ `code`',
      'a <bold>bold</bold> and <italic>thin</italic> <strikethrough>gone</strikethrough> <code>code</code>',
    ],
    ['***both***', '<italic><bold>both</bold></italic>'],
    ['# Title\ntext', '<bold>Title</bold>\ntext'],
    ['one\n\ntwo\nthree', 'one\n\ntwo\nthree'],
    ['```js\nlet a = 1\n```\nend', '<pre js>let a = 1</pre>\nend'],
    ['[here](https://a.example/x_y_z)', '<text_link https://a.example/x_y_z>here</text_link>'],
    ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
    ['https://a.example/x_y_z <b@c.example>', 'https://a.example/x_y_z b@c.example'],
    ['[file](./notes.md)', 'file (./notes.md)'],
    ['![chart](https://a.example/c.png)', '<text_link https://a.example/c.png>chart</text_link>'],
    ['- a\n- b\n  - c\n- d', '• a\n• b\n   • c\n• d'],
    ['3. x\n4. y', '3. x\n4. y'],
    ['- [ ] open\n- [x] done', '☐ open\n☑ done'],
    ['1. run\n   ```sh\n   ls\n   ```\n2. read', '1. run\n<pre sh>ls</pre>\n2. read'],
    ['> # T\n> text\n> > deep', '<blockquote><bold>T</bold>\ntext\ndeep</blockquote>'],
    ['**use `x` now**', '<bold>use </bold><code>x</code><bold> now</bold>'],
    ['a &lt; b &amp;&amp; `&lt;`', 'a < b && <code>&lt;</code>'],
    ['a<br>b <u>c</u>', 'a\nb <u>c</u>'],
    ['|a|bb|\n|-|-|\n|漢|**2**|', '<pre>a  | bb\n---+---\n漢 | 2</pre>'],
    ['[note]: remember\n[note]: that', '[note]: remember\n[note]: that'],
    ['see [1]\n\n[1]: https://a.example', 'see <text_link https://a.example>1</text_link>'],
    ['**open', '**open'],
    ['x\n\n---\n\ny', 'x\n\n———\n\ny'],
  ])('shows %j as %j', (markdown, shown) => {
    expect(drawn(markdown)).toBe(shown)
  })

  // A minute of work without a limit.
  it('leaves marks that never end as typed, also where there are thousands', async () => {
    const parts = await partsOf({ action: 'send', text: `**first** ${'*a '.repeat(20_000)}` })
    expect(parts[0]!.entities).toEqual([{ type: 'bold', offset: 0, length: 5 }])
    expect(parts.map(({ text }) => text!.replace(/\s/g, '')).join('')).toBe(`first${'*a'.repeat(20_000)}`)
  })

  it('brings any text complete, in parts Telegram takes, the same ones each time', async () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9äß漢😀👧]{1,12}$/u)
    const marks = fc.constantFrom(
      '**',
      '*',
      '_',
      '~~',
      '`',
      '```',
      '\n```\n',
      '# ',
      '> ',
      '- ',
      '1. ',
      '- [ ] ',
      '|',
      '\n|-|-|\n',
      '[',
      '](',
      ')',
      '<b>',
      '&amp;',
      '\\',
      '\n',
      '\n\n',
      '   ',
      '](https://a.example)',
      '!',
      ' ',
    )
    const piece = fc.oneof(
      { weight: 3, arbitrary: word },
      { weight: 3, arbitrary: marks },
      { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
    )
    const long = fc
      .array(piece, { maxLength: 40 })
      .chain((pieces) => fc.nat(60).map((times) => pieces.join(' ').repeat(times + 1)))
    await fc.assert(
      fc.asyncProperty(long, async (markdown) => {
        const parts = await partsOf({ action: 'send', text: markdown })
        expect(await partsOf({ action: 'send', text: markdown })).toEqual(parts)
        for (const { text, entities } of parts) {
          expect(text!.length).toBeLessThanOrEqual(4096)
          expect(text!.trim()).not.toBe('')
          checkEntities(
            text!,
            entities!.map((entity) => ({ ...entity })),
          )
        }
        const { text, entities } = fromMarkdown(markdown)
        const arrived = parts.map((part) => part.text).join('')
        expect(arrived.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
        // Letters and digits that are not shown are in an address or name a language.
        const kept = `${text} ${entities.map(({ url = '', language = '' }) => `${url} ${language}`).join(' ')}`
        for (const said of markdown.match(/[a-zA-Z0-9äß漢]{2,}/g) ?? []) {
          if (!/^(https|example|amp|b|a)$/.test(said)) expect(kept).toContain(said)
        }
      }),
      { numRuns: 100 },
    )
  })
})
