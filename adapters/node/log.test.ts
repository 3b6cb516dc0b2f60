import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeLog } from './log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lines = (name: string) =>
  readFileSync(join(folder, name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('the log on Node', () => {
  it('keeps what was said before it had a file, and each line is on disk when said', () => {
    const log = nodeLog({ quiet: true, now: () => 0 })
    log.warn('early', { token: 'x' })
    log.to({ path: join(folder, 'deep', 'a.log'), maxSize: 1_000_000 })
    log.info('later')
    expect(lines('deep/a.log')).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'WARN', msg: 'early', token: '***' },
      { time: '1970-01-01T00:00:00.000Z', level: 'INFO', msg: 'later' },
    ])
    log.close()
    expect(() => log.info('after the end')).not.toThrow()
  })

  it('rotates by size and keeps four old files', () => {
    const log = nodeLog({ quiet: true })
    log.to({ path: join(folder, 'a.log'), maxSize: 500 })
    for (let i = 0; i < 100; i++) log.info('line', { i })
    log.close()
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2', 'a.log.3', 'a.log.4'])
    expect(lines('a.log').at(-1)).toMatchObject({ i: 99 })
  })

  it('can be told to write no file', () => {
    const log = nodeLog({ quiet: true })
    log.to(null)
    log.info('nowhere')
    expect(readdirSync(folder)).toEqual([])
    log.close()
  })
})
