import { describe, expect, it } from 'vitest'
import { logEntry } from './entry.ts'

const NOON = Date.UTC(2026, 0, 2, 12)
const wrapped = (msg: string) => ({ time: '2026-01-02T12:00:00.000Z', level: 'INFO', msg })

describe('a kept line', () => {
  it('that is a JSON object is that object, also one of the original', () => {
    const line = '{"level":"WARN","timestamp":"2026-02-03T04:05:06Z","component":"sentinel","fields":{"alert":"x"}}'
    expect(logEntry(line, NOON)).toEqual(JSON.parse(line))
    expect(logEntry('{"time":"t","level":"INFO","msg":"m","turn":1}\r', NOON)).toMatchObject({ msg: 'm', turn: 1 })
  })

  it('that is anything else is wrapped with the time of reading', () => {
    expect(logEntry('  plain text ', NOON)).toEqual(wrapped('plain text'))
    for (const text of ['[1]', '"a"', '12', 'true', '{"half":', 'nothing'])
      expect(logEntry(text, NOON)).toEqual(wrapped(text))
    expect(logEntry('see https://x/?token=abcdef', NOON)).toEqual(wrapped('see https://x/?token=***'))
  })

  it('that says null is null, and a blank one nothing', () => {
    expect(logEntry('null', NOON)).toBeNull()
    expect(logEntry(' \t', NOON)).toBeUndefined()
  })
})
