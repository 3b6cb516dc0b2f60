import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import type { Files } from '../files/index.ts'
import { blocksOf } from './blocks.ts'
import { MemoryStore, memoryForPrompt, namespaceOf } from './index.ts'
import { keywordsOf } from './keywords.ts'
import { dayBefore, localTime } from './local-time.ts'

/** 2026-02-03 09:15 in UTC. */
const NOW = Date.UTC(2026, 1, 3, 9, 15)

let home: string
let files: Files
let memory: MemoryStore

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clawgo-memory-'))
  files = openNodeFiles(home)
  memory = new MemoryStore({ files: () => files, now: () => NOW, timeZone: () => 'UTC' })
})
afterEach(() => rm(home, { recursive: true, force: true }))

const content = async (path: string) => new TextDecoder().decode(await files.read(path))

describe('remember', () => {
  it('adds a line to the notes of the day, which get a title', async () => {
    await memory.remember('main', { content: 'Booked a table', tags: ['Food', 'food'] })
    await memory.remember('main', { content: 'For two\nat eight', kind: 'log', importance: 'low', source: 'chat' })
    expect(await content('memory/2026-02-03.md')).toBe(
      '# 2026-02-03\n\n- [09:15] [importance=medium | source=user | tags=food] Booked a table\n' +
        '- [09:15] [importance=low | source=chat] For two\n  at eight\n',
    )
  })

  it.each([
    { content: 'Likes tea', kind: 'longterm', importance: 'HIGH' },
    { content: 'Likes tea', kind: 'permanent', tags: ['Preference'] },
  ])('keeps %j for good', async (note) => {
    expect(await memory.remember('main', note)).toEqual({ kind: 'longterm', path: 'MEMORY.md' })
    expect(await content('MEMORY.md')).toMatch(/^- \[09:15\] \[importance=.*\] Likes tea\n$/)
  })

  it('keeps what is not important enough in the notes of the day, marked', async () => {
    expect((await memory.remember('main', { content: 'Rain', kind: 'memory', tags: ['weather'] })).kind).toBe('daily')
    expect(await content('memory/2026-02-03.md')).toContain('tags=weather,downgraded:longterm_gate] Rain')
    expect(await files.stat('MEMORY.md')).toBeNull()
  })

  it('loses no line when many are written at once, also to a file that a person left without a line end', async () => {
    await files.write('MEMORY.md', 'by hand')
    const notes = Array.from({ length: 20 }, (_, n) => ({ content: `n${n}.` }))
    await Promise.all(notes.map((note) => memory.remember('main', note)))
    await memory.remember('main', { content: 'x', kind: 'longterm', importance: 'high' })
    const daily = await content('memory/2026-02-03.md')
    for (const note of notes) expect(daily).toContain(`] ${note.content}\n`)
    expect(daily.match(/^# /gm)).toHaveLength(1)
    expect(await content('MEMORY.md')).toBe('by hand\n- [09:15] [importance=high | source=user] x\n')
  })

  it('replaces the whole file when asked', async () => {
    await memory.remember('main', { content: 'old' })
    await memory.replace('main', { content: 'new' })
    expect(await content('memory/2026-02-03.md')).toBe('[09:15] [importance=medium | source=user] new\n')
  })

  it.each([
    [{ content: ' ' }, 'content is required'],
    [{ content: 'x', kind: 'weekly' }, "invalid kind 'weekly', expected longterm or daily"],
    [{ content: 'x', importance: 'huge' }, "invalid importance 'huge', expected low, medium or high"],
  ])('refuses %j', async (note, message) => {
    await expect(memory.remember('main', note)).rejects.toThrow(message)
  })

  it('keeps namespaces apart on disk', async () => {
    await memory.remember('coder', { content: 'secret plan' })
    expect(await content('agents/coder/memory/2026-02-03.md')).toContain('secret plan')
    expect(await memory.search('main', 'plan', 5)).toEqual([])
    expect(await memory.search('coder', 'plan', 5)).toMatchObject([{ path: 'memory/2026-02-03.md' }])
  })
})

describe('search', () => {
  it('ranks by keywords in the text and in the heading, then long-term before newer before older', async () => {
    await files.write('memory/2026-02-01.md', '# Tea\n\n- green tea\n- coffee\n')
    await files.write('memory/2026-02-02.md', 'tea at noon\n')
    await files.write('memory/deep/old.md', 'no match')
    await files.write('memory/tea.txt', 'tea')
    await files.write('MEMORY.md', 'Likes TEA')
    expect(await memory.search('main', 'green tea', 10)).toEqual([
      { path: 'memory/2026-02-01.md', score: 3, heading: 'Tea', text: '- green tea', from: 3, to: 3 },
      { path: 'MEMORY.md', score: 1, heading: '', text: 'Likes TEA', from: 1, to: 1 },
      { path: 'memory/2026-02-02.md', score: 1, heading: '', text: 'tea at noon', from: 1, to: 1 },
      { path: 'memory/2026-02-01.md', score: 1, heading: '', text: 'Tea', from: 1, to: 1 },
      { path: 'memory/2026-02-01.md', score: 1, heading: 'Tea', text: '- coffee', from: 4, to: 4 },
    ])
    expect(await memory.search('main', 'green tea', 2)).toHaveLength(2)
  })

  it('finds Chinese and Japanese text without spaces, the closest first', async () => {
    await files.write('MEMORY.md', '- 用户喜欢喝绿茶\n- 绿色的杯子\n- 東京タワーへ行く\n')
    expect((await memory.search('main', '喜欢绿茶', 5)).map((hit) => hit.from)).toEqual([1])
    expect((await memory.search('main', '茶', 5)).map((hit) => hit.from)).toEqual([1])
    expect((await memory.search('main', 'タワー', 5)).map((hit) => hit.from)).toEqual([3])
  })

  it('sees what a person changed since', async () => {
    await files.write('MEMORY.md', 'first')
    expect(await memory.search('main', 'second', 5)).toHaveLength(0)
    await files.write('MEMORY.md', 'second')
    expect(await memory.search('main', 'second', 5)).toHaveLength(1)
  })
})

describe('lines', () => {
  it('reads a range', async () => {
    await files.write('memory/a/b.md', 'one\r\ntwo\nthree\n')
    expect(await memory.lines('main', './memory/a/b.md', 2, 5)).toEqual({
      path: 'memory/a/b.md',
      from: 2,
      lines: ['two', 'three'],
    })
  })

  it.each(['AGENTS.md', 'memory/x.txt', 'memory/../config.md', '../MEMORY.md', 'agents/coder/MEMORY.md'])(
    'refuses %s',
    async (path) => {
      await expect(memory.lines('main', path, 1, 80)).rejects.toThrow(`path not allowed: ${path}`)
    },
  )

  it.each(['/etc/hosts', 'C:\\x.md', '~/x.md'])('refuses the absolute path %s', async (path) => {
    await expect(memory.lines('main', path, 1, 80)).rejects.toThrow('absolute path is not allowed')
  })
})

describe('memoryForPrompt', () => {
  it("holds today's and yesterday's notes, then the long-term memory", async () => {
    await files.write('memory/2026-02-01.md', 'too old')
    await files.write('memory/2026-02-02.md', 'yesterday')
    await files.write('memory/2026-02-03.md', 'today')
    await files.write('MEMORY.md', 'for good')
    expect(await memoryForPrompt(files, 'main', NOW, { timeZone: 'UTC' })).toBe(
      '## memory/2026-02-03.md\n\ntoday\n\n## memory/2026-02-02.md\n\nyesterday\n\n## MEMORY.md\n\nfor good',
    )
    expect(await memoryForPrompt(files, 'coder', NOW, { timeZone: 'UTC' })).toBe('')
  })

  it('caps each file: the end of the day and the beginning of the long-term memory stay', async () => {
    await files.write('memory/2026-02-03.md', `early${'.'.repeat(100)}late`)
    await files.write('MEMORY.md', `first${'.'.repeat(100)}last`)
    const prompt = await memoryForPrompt(files, 'main', NOW, { timeZone: 'UTC', chars: 20 })
    expect(prompt).toContain(
      '\n\n[… 89 characters left out; memory_search and memory_get find them …]\n................late',
    )
    expect(prompt).toContain('\n\nfirst...............\n[… 89 characters left out;')
    expect(prompt).not.toMatch(/early|last/)
  })
})

it.each([
  [undefined, 'main'],
  [' Code Reviewer ', 'code-reviewer'],
  ['../../etc', 'etc'],
  ['..', 'main'],
  ['a/b', 'ab'],
  ['专家', 'main'],
])('takes %j as the namespace %s', (name, namespace) => {
  expect(namespaceOf(name)).toBe(namespace)
})

it('splits notes into headings, list items and paragraphs', () => {
  const text = '# A\n\none\ntwo\n- item\n  more\n- item 2\n\n## B ##\n1. first\n'
  expect(blocksOf(text)).toEqual([
    { heading: '', text: 'A', from: 1, to: 1 },
    { heading: 'A', text: 'one\ntwo', from: 3, to: 4 },
    { heading: 'A', text: '- item\n  more', from: 5, to: 6 },
    { heading: 'A', text: '- item 2', from: 7, to: 7 },
    { heading: '', text: 'B', from: 9, to: 9 },
    { heading: 'B', text: '1. first', from: 10, to: 10 },
  ])
})

it('splits notes with a hostile line as well', () => {
  const row = `# ${'#'.repeat(300_000)}x`
  expect(blocksOf(`${row}\n\n# A`)).toMatchObject([{ heading: '', text: row }, { text: 'A' }])
})

it.each([
  ['Green TEA, green!', ['green', 'tea']],
  ['a tea', ['tea']],
  ['a', ['a']],
  ['绿茶好', ['绿茶', '茶好']],
  ['iPhone手机', ['手机', 'iphone']],
  ['！？', []],
])('reads the keywords of %j', (query, keywords) => {
  expect(keywordsOf(query)).toEqual(keywords)
})

it('knows the day where the owner lives', () => {
  expect(localTime(Date.UTC(2026, 1, 3, 23, 5), 'Asia/Shanghai')).toEqual({ day: '2026-02-04', time: '07:05' })
  expect(localTime(Date.UTC(2026, 1, 3, 0, 5), 'UTC')).toEqual({ day: '2026-02-03', time: '00:05' })
  expect(dayBefore('2026-03-01')).toBe('2026-02-28')
})
