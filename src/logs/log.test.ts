import type { LogRecord } from '@logtape/logtape'
import { describe, expect, it } from 'vitest'
import { humanLine, jsonLine, logTo } from './index.ts'

const NOON = Date.UTC(2026, 0, 2, 12, 0, 0)

function capture(least?: 'debug' | 'info') {
  const records: LogRecord[] = []
  const log = logTo(
    (record) => void records.push(record),
    () => NOON,
    least,
  )
  return { log, json: () => records.map((r) => JSON.parse(jsonLine(r))), text: () => records.map(humanLine).join('') }
}

describe('a log line', () => {
  it('is one JSON object with time, level, msg and its fields', () => {
    const { log, json } = capture()
    log.warn('turn failed', { turn: 'main/3', attempts: 2, error: new Error('no answer') })
    expect(json()).toEqual([
      {
        time: '2026-01-02T12:00:00.000Z',
        level: 'WARN',
        msg: 'turn failed',
        turn: 'main/3',
        attempts: 2,
        error: 'Error: no answer',
      },
    ])
  })

  it('is one readable line for a terminal, whatever the message holds', () => {
    const { log, text } = capture()
    log.info('two\nlines {with} braces', { session: 'main' })
    expect(text()).toBe('12:00:00 INFO  two lines {with} braces  session=main\n')
  })

  it('carries no terminal control codes', () => {
    const { log, text } = capture()
    log.info('a\u001b[31mred\u0007', { name: '\u001b]0;title' })
    expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/)
  })

  it('shows no secret of a field, a header, a URL or an error', () => {
    const { log, json, text } = capture()
    log.error('call to https://u:hunter2@api.example/x?token=hunter2&a=1 failed', {
      api_key: 'hunter2',
      botToken: 'hunter2',
      bot_token: 'hunter2',
      headers: { Authorization: 'Bearer hunter2', 'set-cookie': 'hunter2', list: [{ client_secret: 'hunter2' }] },
      error: new Error('refused Bearer hunter2.hunter2'),
      note: 'cg_0123456789abcdef0123456789abcdef sk-hunter2hunter2hunter2',
    })
    const all = JSON.stringify(json()) + text()
    expect(all).not.toContain('hunter2')
    expect(all).not.toContain('0123456789abcdef')
    expect(json()[0]).toMatchObject({ api_key: '***', headers: { Authorization: '***' } })
  })

  it('keeps what only sounds secret', () => {
    const { log, json } = capture()
    log.info('usage', { maxTokens: 8192, inputTokens: 12, key: 'cron:1', session_key: 'main' })
    expect(json()[0]).toMatchObject({ maxTokens: 8192, inputTokens: 12, key: 'cron:1', session_key: 'main' })
  })

  it('below the asked level is not written', () => {
    const quiet = capture()
    quiet.log.debug('detail')
    expect(quiet.json()).toEqual([])
    const loud = capture('debug')
    loud.log.debug('detail')
    expect(loud.json()).toHaveLength(1)
  })

  it('that cannot be written fails nobody', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    const log = logTo(
      (record) => void jsonLine(record),
      () => NOON,
    )
    expect(() => log.info('loop', { loop, big: 1n })).not.toThrow()
  })
})
