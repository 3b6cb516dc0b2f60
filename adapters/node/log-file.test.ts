import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogFile } from './log-file.ts'
import { lastLines } from './log-tail.ts'

const DAY = 86_400_000
let folder: string
let path: string
let now: number

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-log-file-'))
  path = join(folder, 'a.log')
  now = Date.now()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (maxSize = 1_000_000, keepMs = 3 * DAY) => new LogFile({ path, maxSize, keepMs, now: () => now })
const text = (name = 'a.log') => readFileSync(join(folder, name), 'utf8')
const names = () => readdirSync(folder).sort()

describe('the log file', () => {
  it('goes on where it was, and is private', () => {
    for (const line of ['one\n', 'two\n']) {
      const file = open()
      file.write(line)
      file.close()
    }
    expect(text()).toBe('one\ntwo\n')
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  it('rotates by size into names of the time, also more than once a second, and loses no line', () => {
    now = Date.UTC(2026, 1, 3, 4, 5, 6)
    const file = open(10)
    for (let n = 0; n < 8; n++) file.write(`line ${n}\n`)
    expect(names()).toEqual([
      'a.log',
      'a.log.20260203-040506',
      ...Array.from({ length: 6 }, (_, n) => `a.log.20260203-040506-00${n + 1}`),
    ])
    expect(names().map(text).sort().join('')).toBe(Array.from({ length: 8 }, (_, n) => `line ${n}\n`).join(''))
    expect(text()).toBe('line 7\n')
    file.close()
  })

  it('removes rotated files by age, and nothing else', () => {
    const old = ['a.log.20260203-040506', 'a.log.20260203-040506-001']
    const others = ['a.log.bak', 'a.log.20260203', 'b.log.20260203-040506', 'a.logx.20260203-040506']
    for (const name of [...old, ...others]) {
      writeFileSync(join(folder, name), 'x')
      utimesSync(join(folder, name), now / 1000 - 4 * 86_400, now / 1000 - 4 * 86_400)
    }
    open(10, 5 * DAY).close()
    expect(names()).toEqual(['a.log', ...old, ...others].sort())
    const file = open(10, 3 * DAY)
    expect(names()).toEqual(['a.log', ...others].sort())
    file.write('123456789\n')
    file.write('123456789\n')
    expect(names()).toHaveLength(6)
    now += 4 * DAY
    file.write('1\n')
    expect(names()).toEqual(['a.log', ...others].sort())
    file.close()
  })

  it('never keeps more than fifty rotated files', () => {
    const file = open(1)
    for (let n = 0; n < 80; n++) file.write(`${n}\n`)
    expect(names()).toHaveLength(51)
    expect(text()).toBe('79\n')
    file.close()
  })

  it('ends a line that a crash left half-written, so that the next one stays whole', () => {
    writeFileSync(path, '{"half":')
    const file = open()
    file.write('{"a":1}\n')
    expect(text()).toBe('{"half":\n{"a":1}\n')
    file.close()
  })

  it('is made anew when someone moved or removed it', () => {
    const file = open()
    file.write('one\n')
    renameSync(path, join(folder, 'moved'))
    now += 6000
    file.write('two\n')
    expect([text('moved'), text()]).toEqual(['one\n', 'two\n'])
    rmSync(path)
    now += 6000
    file.write('three\n')
    expect(text()).toBe('three\n')
    file.close()
  })
})

describe('the last lines of a log', () => {
  it('are the last ones, oldest first, whatever the line ends', async () => {
    writeFileSync(path, 'one\r\ntwo\n\nfour')
    expect(await lastLines(path, 3)).toEqual(['two', '', 'four'])
    expect(await lastLines(path, 10)).toEqual(['one', 'two', '', 'four'])
    appendFileSync(path, '\n')
    expect(await lastLines(path, 1)).toEqual(['four'])
  })

  it('are none of an empty or missing file', async () => {
    expect(await lastLines(path, 5)).toEqual([])
    writeFileSync(path, '')
    expect(await lastLines(path, 5)).toEqual([])
  })

  it('go on in the rotated files', async () => {
    const file = open(20)
    for (let n = 0; n < 7; n++) file.write(`line ${n}\n`)
    file.close()
    expect(await lastLines(path, 4)).toEqual(['line 3', 'line 4', 'line 5', 'line 6'])
  })

  it('are whole over the borders of blocks, in any alphabet', async () => {
    const lines = Array.from({ length: 400 }, (_, n) => `${n} ${'器😀'.repeat(n)}`)
    writeFileSync(path, `${lines.join('\n')}\n`)
    for (const limit of [1, 37, 200, 399, 400]) expect(await lastLines(path, limit)).toEqual(lines.slice(-limit))
  })

  it('come from the end only: of a gigabyte of nothing as of a kilobyte', async () => {
    writeFileSync(path, '')
    truncateSync(path, 2 ** 30)
    appendFileSync(path, '\none\ntwo\n')
    expect(await lastLines(path, 2)).toEqual(['one', 'two'])
    // What begins beyond the reach is left out, not cut.
    expect(await lastLines(path, 10)).toEqual(['one', 'two'])
  })

  it('that cannot be read say so without the path', async () => {
    await expect(lastLines(folder, 5)).rejects.toMatchObject({
      code: 'log_unreadable',
      message: 'the log file could not be read (EISDIR)',
    })
  })
})
