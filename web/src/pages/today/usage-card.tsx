/** Tokens and money over time, by model and by session. */
import { useQuery } from '@tanstack/react-query'
import { ChartColumn } from 'lucide-react'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { useFormat } from '../../language/format.ts'
import { useLanguage } from '../../language/language.ts'
import { useWords } from '../../language/words.ts'
import { Choice } from '../../ui/choice.tsx'
import { Select } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Loading } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { Legend } from './legend.tsx'
import { chartOf, type Grouping, type Measure, type Usage } from './series.ts'
import { useSessionNames } from './session-names.ts'
import { UsageTable } from './usage-table.tsx'
import { words } from './words.ts'

const Plot = lazy(() => import('./plot.tsx'))
const RANGES = [7, 30, 90] as const

/** Usage with its days. */
export function useUsage(days: number) {
  return useQuery({
    queryKey: ['usage', days],
    queryFn: () => answer(api.GET('/api/usage', { params: { query: { days, series: '1' } } })),
    placeholderData: (before) => before,
  })
}

export function UsageCard() {
  const t = useWords(words)
  const [by, setBy] = useState<Grouping>('model')
  const [measure, setMeasure] = useState<Measure>('tokens')
  const [count, setCount] = useState(30)
  const usage = useUsage(count)
  return (
    <Card
      title={t('usage')}
      actions={
        <div className="flex w-full flex-wrap gap-2 sm:w-auto">
          <Choice
            label={t('measure')}
            options={[
              { name: 'tokens', label: t('tokens') },
              { name: 'money', label: t('money') },
            ]}
            chosen={measure}
            onChange={setMeasure}
          />
          <Choice
            label={t('group')}
            options={[
              { name: 'model', label: t('byModel') },
              { name: 'session', label: t('bySession') },
            ]}
            chosen={by}
            onChange={setBy}
          />
          <Select
            aria-label={t('range')}
            value={count}
            onChange={(event) => setCount(Number(event.target.value))}
            className="w-32"
          >
            {RANGES.map((n) => (
              <option key={n} value={n}>
                {t('days', { n })}
              </option>
            ))}
          </Select>
        </div>
      }
    >
      {usage.isPending ? (
        <Loading className="h-64" />
      ) : usage.isError && !usage.data ? (
        <Failed error={usage.error} onRetry={() => void usage.refetch()} />
      ) : (
        <Shown usage={usage.data} by={by} measure={measure} count={count} />
      )}
    </Card>
  )
}

function Shown({ usage, by, measure, count }: { usage: Usage; by: Grouping; measure: Measure; count: number }) {
  const t = useWords(words)
  const format = useFormat()
  const language = useLanguage()
  const sessionName = useSessionNames()
  const chart = useMemo(() => chartOf(usage, { by, measure, count }), [usage, by, measure, count])
  const [pointed, setPointed] = useState<number | null>(null)
  const { currency, total } = usage
  const value = useCallback(
    (amount: number) => (measure === 'money' ? format.money(amount, currency) : format.number(amount)),
    [measure, format, currency],
  )
  const tick = useCallback(
    (amount: number) => (measure === 'money' ? format.money(amount, currency) : format.compact(amount)),
    [measure, format, currency],
  )
  const day = useMemo(() => {
    const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
    const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' })
    return (at: number) => short.format(at)
  }, [language])
  const named = chart.series.map((series) => ({
    ...series,
    title: series.name === null ? t('rest') : by === 'session' ? sessionName(series.name) : series.name,
  }))
  const dayName = (name: string) => day(Date.parse(`${name}T00:00:00Z`))
  const note = total.unpriced_tokens > 0 && measure === 'money' && (
    <p className="mt-3 text-muted text-xs">{t('unpriced', { n: format.number(total.unpriced_tokens) })}</p>
  )
  if (named.length === 0) {
    return (
      <>
        <Empty icon={ChartColumn} title={t('noUsage')} text={t('noUsageText')} className="py-8" />
        {note}
      </>
    )
  }
  return (
    <>
      <Suspense fallback={<Loading className="h-[13.75rem]" />}>
        <Plot
          chart={chart}
          label={t('chart', {
            measure: t(measure),
            group: t(by === 'model' ? 'byModel' : 'bySession').toLowerCase(),
            n: count,
          })}
          tick={tick}
          day={day}
          onPoint={setPointed}
        />
      </Suspense>
      <Legend
        series={named}
        day={pointed}
        title={pointed === null ? t('whole', { n: count }) : dayName(chart.days[pointed]!)}
        value={value}
      />
      {note}
      <UsageTable days={chart.days} series={named} value={value} dayName={dayName} />
    </>
  )
}
