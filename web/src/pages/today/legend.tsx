/** Which colour is what, and how much: of the day under the pointer, else of all days. */
import { useWords } from '../../language/words.ts'
import { type Series, seriesColour } from './series.ts'
import { words } from './words.ts'

export interface LegendProps {
  series: ReadonlyArray<Series & { title: string }>
  /** The place of a day; null for all of them. */
  day: number | null
  /** What the figures are of. */
  title: string
  value: (amount: number) => string
}

export function Legend({ series, day, title, value }: LegendProps) {
  const t = useWords(words)
  const amount = ({ values, total }: Series) => (day === null ? total : (values[day] ?? 0))
  return (
    <div className="mt-4">
      <p className="mb-2 flex justify-between gap-4 text-sm">
        <span className="font-medium">{title}</span>
        <span className="tabular-nums">
          <span className="sr-only">{t('total')}: </span>
          {value(series.reduce((sum, one) => sum + amount(one), 0))}
        </span>
      </p>
      <ul className="grid gap-x-8 gap-y-1 sm:grid-cols-2">
        {series.map((one, i) => (
          <li key={one.name ?? ''} className="flex min-w-0 items-center gap-2 text-[0.8125rem]">
            <span
              aria-hidden
              className="size-2.5 shrink-0 rounded-sm"
              style={{ backgroundColor: `var(${seriesColour(i)})` }}
            />
            <span className="min-w-0 flex-1 truncate" title={one.title}>
              {one.title}
            </span>
            <span className="text-muted tabular-nums">{value(amount(one))}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
