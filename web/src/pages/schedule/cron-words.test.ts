import { describe, expect, it } from 'vitest'
import { cronSentence } from './cron-words.ts'

describe('a cron expression in words', () => {
  it.each([
    ['0 8 * * *', 'At 08:00, every day'],
    ['0 9 * * 1-5', 'At 09:00, Monday through Friday'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['@hourly', 'Every hour'],
    ['CRON_TZ=Europe/Rome 30 7 * * 1', 'At 07:30, only on Monday'],
  ])('%s: %s', (expr, sentence) => expect(cronSentence(expr, 'en')).toBe(sentence))

  it('speaks Chinese', () => {
    expect(cronSentence('0 9 * * 1', 'zh')).toMatch(/09:00.*星期一/)
  })

  it('says nothing about what is no expression', () => {
    expect([cronSentence('every day', 'en'), cronSentence('61 * * * *', 'en'), cronSentence('', 'en')]).toEqual([
      null,
      null,
      null,
    ])
  })
})
