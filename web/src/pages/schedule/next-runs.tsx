/** A schedule in words, with its next times in the chosen zone. The gateway computes them: it is the one that will run. */
import { useQuery } from '@tanstack/react-query'
import { CalendarCheck } from 'lucide-react'
import { useDeferredValue } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useLanguage } from '../../language/language.ts'
import { useWords } from '../../language/words.ts'
import { useScheduleWords } from './in-words.ts'
import { words } from './words.ts'

const SHOWN = 5

export function NextRuns({ expr, zone }: { expr: string; zone: string }) {
  const t = useWords(words)
  const language = useLanguage()
  const inWords = useScheduleWords()
  const asked = useDeferredValue(expr)
  const preview = useQuery({
    queryKey: ['cron', 'preview', asked, zone],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/cron/preview', { params: { query: { expr: asked, tz: zone, n: SHOWN } }, signal })),
    placeholderData: (before) => before,
  })
  const time = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    ...(zone && { timeZone: zone }),
  })
  return (
    <div role="status" className="rounded-xl bg-sunken p-4 text-sm">
      {preview.isError ? (
        <p className="wrap-anywhere text-danger">{failureText(preview.error)}</p>
      ) : (
        <>
          <p className="flex items-start gap-2 font-medium">
            <CalendarCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
            {inWords({ kind: 'cron', expr })}
          </p>
          <p className="mt-3 mb-1 text-muted text-xs">{t('nextRuns')}</p>
          <ol className="space-y-0.5 tabular-nums">
            {preview.data?.times.map(({ ms }) => (
              <li key={ms}>
                <time dateTime={new Date(ms).toISOString()}>{time.format(ms)}</time>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  )
}
