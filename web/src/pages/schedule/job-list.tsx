/** The jobs: what, when, when next, and how it went last. */
import { CalendarClock, TriangleAlert } from 'lucide-react'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { classes } from '../../ui/class-names.ts'
import { Moment } from '../../ui/moment.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Due } from './due.tsx'
import { useScheduleWords } from './in-words.ts'
import { type Job, useSwitching } from './jobs.ts'
import { words } from './words.ts'

export function JobList({ jobs, onOpen }: { jobs: readonly Job[]; onOpen: (id: string) => void }) {
  const t = useWords(words)
  return (
    <ul aria-label={t('jobs')} className="space-y-3">
      {jobs.map((job) => (
        <li key={job.id}>
          <JobCard job={job} onOpen={() => onOpen(job.id)} />
        </li>
      ))}
    </ul>
  )
}

function JobCard({ job, onOpen }: { job: Job; onOpen: () => void }) {
  const t = useWords(words)
  const inWords = useScheduleWords()
  const switching = useSwitching()
  const { name, enabled, state, schedule, message } = job
  return (
    <article
      className={classes(
        'relative flex items-start gap-4 rounded-2xl border border-line bg-surface p-4 transition-colors hover:border-line-strong sm:p-5',
      )}
    >
      <span className="hidden size-10 shrink-0 items-center justify-center rounded-xl bg-sunken text-muted sm:flex">
        <CalendarClock aria-hidden className="size-5" />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="wrap-anywhere flex flex-wrap items-center gap-2 font-semibold text-[0.9375rem]">
          {/* The whole card opens it; the switch lies above. */}
          <button
            type="button"
            onClick={onOpen}
            className="text-left after:absolute after:inset-0 after:rounded-2xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            {name}
          </button>
          {job.payload.kind === 'reminder' && <Badge>{t('reminder')}</Badge>}
          {!enabled && <Badge>{t('off')}</Badge>}
        </h2>
        <p className="mt-0.5 text-sm">{inWords(schedule)}</p>
        <p className="mt-1 line-clamp-1 text-muted text-sm">{message}</p>
        <dl className="mt-3 flex flex-wrap items-center gap-x-6 gap-y-1 text-muted text-xs">
          <div className="flex gap-1.5">
            <dt>{t('next')}</dt>
            <dd className="text-text">
              {enabled && state.nextRunAtMs !== undefined ? <Due at={state.nextRunAtMs} /> : t('noNext')}
            </dd>
          </div>
          <div className="flex items-center gap-1.5">
            {state.lastRunAtMs === undefined ? (
              <dt>{t('neverRan')}</dt>
            ) : (
              <>
                <dt>{t('lastRun')}</dt>
                <dd className="flex items-center gap-1.5 text-text">
                  <Moment at={state.lastRunAtMs} relative />
                  {state.lastStatus && (
                    <Badge tone={state.lastStatus === 'ok' ? 'ok' : 'danger'}>{t(state.lastStatus)}</Badge>
                  )}
                </dd>
              </>
            )}
          </div>
          {(state.consecutiveFailures ?? 0) > 1 && (
            <div className="flex items-center gap-1 text-danger">
              <TriangleAlert aria-hidden className="size-3.5" />
              <dt>{t('failures', { n: state.consecutiveFailures! })}</dt>
            </div>
          )}
        </dl>
      </div>
      <Switch
        checked={enabled}
        onChange={(on) => switching.mutate({ id: job.id, enabled: on })}
        label={t('enabled', { name })}
        className="z-10"
      />
    </article>
  )
}
