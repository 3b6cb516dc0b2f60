/** Usage day by day as series of a chart. */
import type { paths } from '../../api/schema.d.ts'

export type Usage = paths['/api/usage']['get']['responses'][200]['content']['application/json']
export type Measure = 'tokens' | 'money'
export type Grouping = 'model' | 'session'

export interface Series {
  /** A model, the key of a session, or null for everything that has no series of its own. */
  name: string | null
  /** One value a day, oldest first. */
  values: number[]
  total: number
}

export interface Chart {
  /** `2026-11-23`, oldest first, without gaps. */
  days: string[]
  series: Series[]
}

/** As many colours as charts have, less one for the rest. */
const MAX_SERIES = 7
const DAY_MS = 86_400_000

/** The custom property with the colour of a series. */
export const seriesColour = (i: number): string => `--chart-${(i % (MAX_SERIES + 1)) + 1}`

/** The chart of the last `count` days, the largest series first. */
export function chartOf(
  usage: Usage,
  { by, measure, count }: { by: Grouping; measure: Measure; count: number },
): Chart {
  const days = daysUpTo(usage.today, count)
  const at = new Map(days.map((day, i) => [day, i]))
  const rows =
    by === 'model'
      ? (usage.models_by_day ?? []).map((row) => ({ ...row, name: row.model }))
      : (usage.sessions_by_day ?? []).map((row) => ({ ...row, name: row.session }))
  const all = new Map<string, Series>()
  for (const row of rows) {
    const day = at.get(row.day)
    if (day === undefined) continue
    const value = amountOf(row, measure)
    const series = all.get(row.name) ?? { name: row.name, values: days.map(() => 0), total: 0 }
    series.values[day]! += value
    series.total += value
    all.set(row.name, series)
  }
  const sorted = [...all.values()].filter(({ total }) => total > 0).sort((a, b) => b.total - a.total)
  const shown = sorted.slice(0, MAX_SERIES)
  // Sessions beyond those that the gateway tells, and models beyond the colours: what is left of the day.
  const sums = days.map((day) => {
    const sum = usage.days.find((one) => one.day === day)
    return sum ? amountOf(sum, measure) : 0
  })
  const values = sums.map((sum, i) => Math.max(0, sum - shown.reduce((had, series) => had + series.values[i]!, 0)))
  const total = values.reduce((had, value) => had + value, 0)
  const whole = sums.reduce((had, value) => had + value, 0)
  // Sums of fractions leave crumbs.
  const rest = total > whole * 1e-9 ? [{ name: null, values, total }] : []
  return { days, series: [...shown, ...rest] }
}

function amountOf(row: { input: number; output: number; cost: number | null }, measure: Measure): number {
  return measure === 'tokens' ? row.input + row.output : (row.cost ?? 0)
}

function daysUpTo(today: string, count: number): string[] {
  const last = Date.parse(`${today}T00:00:00Z`)
  return Array.from({ length: count }, (_, i) => new Date(last - (count - 1 - i) * DAY_MS).toISOString().slice(0, 10))
}
