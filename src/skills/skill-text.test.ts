import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { changedSkillText, newSkillText } from './skill-document.ts'
import { importedName, isSkillName } from './skill-name.ts'
import { parseSkillText } from './skill-text.ts'

describe('parseSkillText', () => {
  it('reads the front matter of agentskills.io', () => {
    const text = `---
name: Tides
description: >
  Looks up
  tide tables
license: MIT
allowed-tools: Read, Bash(git log:*) Write
metadata:
  version: 1.10
---
# Tides
`
    expect(parseSkillText(text)).toEqual({
      description: 'Looks up tide tables',
      tools: [],
      systemPrompt: '',
      declaredName: 'Tides',
      license: 'MIT',
      allowedTools: ['Read', 'Bash(git log:*)', 'Write'],
      metadata: { version: '1.10' },
    })
    expect(parseSkillText('---\nallowed-tools: [a, b c]\n---\n').allowedTools).toEqual(['a', 'b c'])
  })

  it('reads tools and prompt from their sections, without the placeholder', () => {
    const text =
      '# x\n\n## Tools\n- shell\n-  web \n\nprose\n\n## Notes\n- no tool\n\n## System Prompt\n\nBe brief.\n## More\n'
    expect(parseSkillText(text)).toMatchObject({ tools: ['shell', 'web'], systemPrompt: 'Be brief.\n## More' })
    expect(parseSkillText('## Tools\n- (none)\n').tools).toEqual([])
  })

  it('reads a hostile text of a megabyte as well', () => {
    const hostile = `---\nallowed-tools: ${'a('.repeat(400_000)}\n---\n## ${'#'.repeat(200_000)}x\n## Tools\n- real\n`
    expect(parseSkillText(hostile)).toMatchObject({ tools: ['real'], allowedTools: expect.any(Array) })
  })

  it('does not take an example in a code block for a section', () => {
    const text = '```md\n## Tools\n- fake\n```\n## Tools\n- real\n~~~\n## System Prompt\n~~~\n'
    expect(parseSkillText(text)).toMatchObject({ tools: ['real'], systemPrompt: '' })
  })
})

describe('newSkillText', () => {
  it('writes what the contract says', () => {
    expect(
      newSkillText('tides', { description: 'Tells tides', tools: ['shell', 'web'], systemPrompt: 'Be brief.' }),
    ).toBe(
      '---\nname: tides\ndescription: Tells tides\n---\n\n# tides\n\nTells tides\n\n## Tools\n- shell\n- web\n\n## System Prompt\nBe brief.\n',
    )
    expect(newSkillText('tides', {})).toContain('No description provided.\n\n## Tools\n- (none)\n')
  })

  it.each([
    ['a: b # c'],
    ['"quoted" \\ and \'single\''],
    ['two\nlines\n---\nmore'],
    ['yes'],
    ['1.10'],
    ['## Tools'],
    ['- item'],
    ['日本語 '.repeat(40).trim()],
  ])('reads back the description %j', (description) => {
    const text = newSkillText('x', {
      description,
      tools: ['t\n## System Prompt'],
      systemPrompt: '## Tools\n- p\n\nend',
    })
    expect(parseSkillText(text)).toMatchObject({
      description: description.replaceAll(/\s+/g, ' '),
      tools: ['t ## System Prompt'],
      systemPrompt: '## Tools\n- p\n\nend',
    })
    expect(parse(text.split('---\n')[1]!)).toEqual({ name: 'x', description: description.replaceAll(/\s+/g, ' ') })
  })
})

describe('changedSkillText', () => {
  const HAND_WRITTEN = `---
# Mine.
name: tides
license: MIT
description: "old: words"
---
# How to use it

Precious text.

## Tools
- shell

## Steps
1. Look.
`

  it('changes the description and leaves what a person wrote', () => {
    expect(changedSkillText(HAND_WRITTEN, 'tides', { description: 'new: words' })).toBe(
      HAND_WRITTEN.replace('old: words', 'new: words'),
    )
  })

  it('changes tools and prompt in their places', () => {
    const changed = changedSkillText(HAND_WRITTEN, 'tides', { tools: ['web'], systemPrompt: 'Be brief.' })
    expect(changed).toBe(`${HAND_WRITTEN.replace('- shell', '- web')}\n## System Prompt\nBe brief.\n`)
    expect(changedSkillText(changed, 'tides', { systemPrompt: 'Other.' })).toBe(changed.replace('Be brief.', 'Other.'))
  })

  it('is what a new text would be, for a text of ours', () => {
    const [before, after] = [
      { description: 'one', tools: ['a'], systemPrompt: 'p' },
      { description: 'two', tools: ['b', 'c'], systemPrompt: 'q' },
    ]
    expect(changedSkillText(newSkillText('x', before), 'x', after)).toBe(newSkillText('x', after))
  })

  it('gives a text without front matter one, and mends a broken one', () => {
    expect(changedSkillText('# Plain\n', 'x', { description: 'd' })).toBe(
      '---\nname: x\ndescription: d\n---\n\n# Plain\n',
    )
    const broken = '---\nlicense: MIT\ndescription: Use when: asked\n---\nbody\n'
    const mended = changedSkillText(broken, 'x', { description: 'd' })
    expect(parseSkillText(mended)).toMatchObject({ description: 'd', license: 'MIT' })
    expect(parseSkillText(mended).problem).toBeUndefined()
    expect(mended.endsWith('\nbody\n')).toBe(true)
  })

  it('changes nothing when nothing is given', () => {
    expect(changedSkillText(HAND_WRITTEN, 'tides', {})).toBe(HAND_WRITTEN)
  })
})

describe('skill names', () => {
  it('stay inside the folder of skills and are no options', () => {
    for (const name of ['a', 'A.b-c_d', '7', 'x'.repeat(64)]) expect([name, isSkillName(name)]).toEqual([name, true])
    const wrong = [
      '',
      '.',
      '..',
      '.x',
      '-x',
      '_x',
      'a/b',
      'a\\b',
      'a b',
      'x.disabled',
      'x.DISABLED',
      'ü',
      'x'.repeat(65),
    ]
    for (const name of wrong) expect([name, isSkillName(name)]).toEqual([name, false])
  })

  it('are made from folders of archives', () => {
    expect(['My Skill!', '--a--b--', 'Ünï', 'x.disabled', '日本', '_a_'].map(importedName)).toEqual([
      'my-skill',
      'a-b',
      'n',
      'x-disabled',
      '',
      'a_',
    ])
    expect(importedName('x'.repeat(100))).toHaveLength(64)
  })
})
