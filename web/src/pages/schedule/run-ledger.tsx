/** What became of each time a job was due. */
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Moment } from '../../ui/moment.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { useRuns } from './jobs.ts'
import { RunState } from './run-state.tsx'
import { words } from './words.ts'

export function RunLedger({ job }: { job: string }) {
  const t = useWords(words)
  const format = useFormat()
  const runs = useRuns(job)
  if (runs.isPending) return <Skeleton lines={3} className="px-0" />
  if (runs.isError) return <Failed error={runs.error} onRetry={() => void runs.refetch()} />
  if (runs.data.length === 0) return <p className="text-muted text-sm">{t('noRuns')}</p>
  return (
    <section aria-label={t('runs')} tabIndex={0} className="max-h-72 overflow-auto rounded-lg border border-line">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-sunken text-left text-muted text-xs">
          <tr>
            <th className="px-3 py-2 font-medium">{t('planned')}</th>
            <th className="px-3 py-2 font-medium">{t('result')}</th>
            <th className="px-3 py-2 text-right font-medium">{t('took')}</th>
            <th className="px-3 py-2 font-medium max-sm:hidden">{t('why')}</th>
          </tr>
        </thead>
        <tbody>
          {runs.data.map(({ slot_ms, attempt, state, trigger, started_ms, finished_ms, error, slots }) => (
            <tr key={`${slot_ms} ${attempt}`} className="border-line border-t align-top">
              <td className="whitespace-nowrap px-3 py-2 tabular-nums">
                <Moment at={slot_ms} />
              </td>
              <td className="px-3 py-2">
                <RunState state={state} />
                {slots > 1 && <span className="ml-2 text-muted text-xs">{t('missedSlots', { n: slots })}</span>}
                {error && <p className="wrap-anywhere mt-1 text-danger text-xs">{error}</p>}
              </td>
              <td className="whitespace-nowrap px-3 py-2 text-right tabular-nums">
                {started_ms !== null && finished_ms !== null ? format.duration(finished_ms - started_ms) : '–'}
              </td>
              <td className="whitespace-nowrap px-3 py-2 text-muted max-sm:hidden">{t(trigger)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
