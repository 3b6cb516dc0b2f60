import { describe, expect, it } from 'vitest'
import { filtered, logLine } from './log-line.ts'

const lines = [
  logLine(1, { time: '2026-11-23T12:00:00.500Z', level: 'DEBUG', msg: 'Ping' }),
  logLine(2, { time: 'nonsense', level: 'WARN', msg: 'slow', took: 12, session: 'Main', deep: { a: 1 } }),
  logLine(3, { level: 'LOUD' }),
]

describe('a line of the log', () => {
  it('has its time, a level, and its fields as text', () => {
    expect(lines[0]).toMatchObject({ at: Date.parse('2026-11-23T12:00:00.500Z'), level: 'DEBUG', fields: '' })
    expect(lines[1]).toMatchObject({ at: null, fields: 'took=12  session=Main  deep={"a":1}' })
    expect(lines[2]).toMatchObject({ level: 'INFO', text: '' })
  })

  it('is found by level and by text, in fields too and in any case', () => {
    const ids = (level: 'DEBUG' | 'INFO' | 'WARN', text = '') => filtered(lines, { level, text }).map(({ id }) => id)
    expect(ids('INFO')).toEqual([2, 3])
    expect(ids('DEBUG', ' SESSION=main')).toEqual([2])
    expect(ids('WARN', 'ping')).toEqual([])
    expect(filtered(lines, { level: 'DEBUG', text: '' })).toBe(lines)
  })
})
