import { describe, expect, it } from 'vitest'
import { chartOf, type Usage } from './series.ts'

const counted = (input: number, cost: number | null = null) => ({
  input,
  output: 0,
  cached: 0,
  turns: 1,
  cost,
  unpriced_tokens: 0,
})
const usage = {
  today: '2026-03-01',
  days: [
    { day: '2026-03-01', ...counted(30, 3) },
    { day: '2026-02-27', ...counted(5, 0.5) },
  ],
  models_by_day: [
    { day: '2026-02-27', model: 'a', ...counted(5, 0.5) },
    { day: '2026-03-01', model: 'a', ...counted(10, 2) },
    { day: '2026-03-01', model: 'b', ...counted(20, 1) },
  ],
  sessions_by_day: [{ day: '2026-03-01', session: 'main', ...counted(12, 1) }],
} as unknown as Usage

describe('the chart of usage', () => {
  it('has every day, also those without usage, and the largest series first', () => {
    const { days, series } = chartOf(usage, { by: 'model', measure: 'tokens', count: 3 })
    expect(days).toEqual(['2026-02-27', '2026-02-28', '2026-03-01'])
    expect(series).toEqual([
      { name: 'b', values: [0, 0, 20], total: 20 },
      { name: 'a', values: [5, 0, 10], total: 15 },
    ])
  })

  it('measures money, and leaves out what cost nothing', () => {
    const { series } = chartOf(usage, { by: 'model', measure: 'money', count: 1 })
    expect(series.map(({ name, total }) => [name, total])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  it('shows the rest of a day as one series', () => {
    const { series } = chartOf(usage, { by: 'session', measure: 'tokens', count: 3 })
    expect(series).toEqual([
      { name: 'main', values: [0, 0, 12], total: 12 },
      { name: null, values: [5, 0, 18], total: 23 },
    ])
  })

  it('has a series for each colour, and no more', () => {
    const many = Array.from({ length: 20 }, (_, i) => ({ day: '2026-03-01', model: `m${i}`, ...counted(1) }))
    const days = [{ day: '2026-03-01', ...counted(20) }]
    const { series } = chartOf({ ...usage, days, models_by_day: many }, { by: 'model', measure: 'tokens', count: 1 })
    expect(series).toHaveLength(8)
    expect(series.at(-1)).toEqual({ name: null, values: [13], total: 13 })
  })
})
