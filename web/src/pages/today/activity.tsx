/** What ran last, and what comes next. */
import { Link } from '@tanstack/react-router'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { Due } from '../schedule/due.tsx'
import { useScheduleWords } from '../schedule/in-words.ts'
import { useJobs } from '../schedule/jobs.ts'
import { type Turn, useRecentTurns } from './queries.ts'
import { useSessionNames } from './session-names.ts'
import { upcoming } from './upcoming.ts'
import { words } from './words.ts'

const TONES: Readonly<Record<Turn['state'], Tone>> = {
  accepted: 'neutral',
  running: 'accent',
  done: 'ok',
  failed: 'danger',
  stopped: 'warn',
  interrupted: 'danger',
}
const SHOWN_JOBS = 6

export function WhatRan() {
  const t = useWords(words)
  const format = useFormat()
  const turns = useRecentTurns()
  const sessionName = useSessionNames()
  return (
    <Card title={t('whatRan')}>
      {turns.isPending ? (
        <Skeleton lines={4} className="p-0" />
      ) : turns.isError && !turns.data ? (
        <Failed error={turns.error} onRetry={() => void turns.refetch()} />
      ) : turns.data.length === 0 ? (
        <p className="text-muted text-sm">{t('nothingRan')}</p>
      ) : (
        <ul className="-mx-2 space-y-0.5">
          {turns.data.map(({ turn, session, state, text, accepted_at, ended_at }) => (
            <li key={turn}>
              <Link
                to="/chat"
                search={{ session }}
                className="flex items-center gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken"
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{sessionName(session)}</span>
                  <span className="block truncate text-muted text-xs">{text}</span>
                </span>
                <span className="flex shrink-0 flex-col items-end gap-0.5 text-muted text-xs tabular-nums">
                  <Badge tone={TONES[state]}>{t(state)}</Badge>
                  <span>
                    <Moment at={accepted_at} />
                    {ended_at !== null && ` · ${format.duration(ended_at - accepted_at)}`}
                  </span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

export function WhatNext() {
  const t = useWords(words)
  const jobs = useJobs()
  const inWords = useScheduleWords()
  const next = upcoming(jobs.data ?? []).slice(0, SHOWN_JOBS)
  return (
    <Card title={t('whatNext')}>
      {jobs.isPending ? (
        <Skeleton lines={3} className="p-0" />
      ) : jobs.isError && !jobs.data ? (
        <Failed error={jobs.error} onRetry={() => void jobs.refetch()} />
      ) : next.length === 0 ? (
        <p className="text-muted text-sm">
          {t('nothingNext')}{' '}
          <Link to="/schedule" className="font-medium text-accent underline underline-offset-4">
            {t('toSchedule')}
          </Link>
        </p>
      ) : (
        <ul className="-mx-2 space-y-0.5">
          {next.map(({ job, at }) => (
            <li key={job.id}>
              <Link
                to="/schedule"
                search={{ job: job.id }}
                className="flex items-center gap-3 rounded-lg px-2 py-1.5 text-sm hover:bg-sunken"
              >
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{job.name}</span>
                  <span className="block truncate text-muted text-xs">{inWords(job.schedule)}</span>
                </span>
                <Due at={at} className="shrink-0 text-muted text-xs" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
