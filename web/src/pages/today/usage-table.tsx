/** The chart's numbers, for those who do not see it and those who want them exactly. */
import { useWords } from '../../language/words.ts'
import type { Series } from './series.ts'
import { words } from './words.ts'

export interface UsageTableProps {
  days: readonly string[]
  series: ReadonlyArray<Series & { title: string }>
  value: (amount: number) => string
  dayName: (day: string) => string
}

export function UsageTable({ days, series, value, dayName }: UsageTableProps) {
  const t = useWords(words)
  const rows = days
    .map((day, i) => ({ day, values: series.map(({ values }) => values[i]!) }))
    .filter(({ values }) => values.some((amount) => amount > 0))
    .toReversed()
  return (
    <details className="mt-4 text-sm">
      <summary className="w-fit rounded font-medium text-muted text-xs hover:text-text">{t('asTable')}</summary>
      <section
        aria-label={t('usage')}
        tabIndex={0}
        className="mt-3 max-h-80 overflow-auto rounded-lg border border-line"
      >
        <table className="w-full text-[0.8125rem] tabular-nums">
          <thead className="sticky top-0 bg-sunken text-muted text-xs">
            <tr>
              <th className="px-3 py-2 text-left font-medium">{t('day')}</th>
              {series.map(({ name, title }) => (
                <th key={name ?? ''} className="max-w-40 truncate px-3 py-2 text-right font-medium">
                  {title}
                </th>
              ))}
              <th className="px-3 py-2 text-right font-medium">{t('total')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ day, values }) => (
              <tr key={day} className="border-line border-t">
                <th scope="row" className="whitespace-nowrap px-3 py-1.5 text-left font-normal">
                  {dayName(day)}
                </th>
                {series.map(({ name }, i) => (
                  <td key={name ?? ''} className="whitespace-nowrap px-3 py-1.5 text-right">
                    {value(values[i]!)}
                  </td>
                ))}
                <td className="whitespace-nowrap px-3 py-1.5 text-right">
                  {value(values.reduce((sum, amount) => sum + amount, 0))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
