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

  it('goes on in another file when told so, with what changed of its limits', () => {
    const log = nodeLog({ quiet: true })
    log.to({ path: join(folder, 'a.log'), maxSize: 1_000_000 })
    log.info('one')
    log.to({ path: join(folder, 'a.log'), maxSize: 10 })
    log.info('two')
    expect(readdirSync(folder)).toHaveLength(2)
    expect(() => log.to({ path: join(folder, 'a.log', 'b.log'), maxSize: 10 })).toThrow(/EEXIST|ENOTDIR/)
    log.info('three')
    log.to({ path: join(folder, 'b.log'), maxSize: 10 })
    log.info('four')
    expect([lines('a.log'), lines('b.log')]).toMatchObject([[{ msg: 'three' }], [{ msg: 'four' }]])
    log.close()
  })

  it('shows what it wrote, and tells whoever listens, also over a rotation', async () => {
    const log = nodeLog({ quiet: true })
    log.to({ path: join(folder, 'a.log'), maxSize: 200 })
    const heard: string[] = []
    const stop = log.lines.subscribe((line) => heard.push(line))
    for (let i = 0; i < 10; i++) log.info('line', { i, text: '器'.repeat(10) })
    expect(heard.map((line) => JSON.parse(line).i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(await log.lines.recent(3)).toEqual(heard.slice(-3))
    stop()
    log.info('unheard')
    expect(heard).toHaveLength(10)
    log.close()
  })

  it('writes no secret that it was told, nor tells it', async () => {
    const log = nodeLog({ quiet: true })
    const heard: string[] = []
    log.lines.subscribe((line) => heard.push(line))
    log.warn('before, plain-words')
    log.lines.hide(['plain-words'])
    log.to({ path: join(folder, 'a.log'), maxSize: 1_000_000 })
    log.warn('key plain-words refused', { error: new Error('plain-words') })
    expect(readFileSync(join(folder, 'a.log'), 'utf8') + heard.join()).not.toContain('plain-words')
    expect(lines('a.log')).toMatchObject([{ msg: 'before, ***' }, { msg: 'key *** refused', error: 'Error: ***' }])
    log.close()
  })

  it('can be told to write no file', () => {
    const log = nodeLog({ quiet: true })
    log.to(null)
    log.info('nowhere')
    expect(readdirSync(folder)).toEqual([])
    log.close()
  })
})
