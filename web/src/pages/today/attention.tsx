/** What needs somebody: problems of models and limits, and everything that failed in the last day. */
import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { classes } from '../../ui/class-names.ts'
import { Moment } from '../../ui/moment.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { useJobs } from '../schedule/jobs.ts'
import { useFailedTurns, useRecentRuns, useStatus, useUndelivered } from './queries.ts'
import { useSessionNames } from './session-names.ts'
import { useUsage } from './usage-card.tsx'
import { words } from './words.ts'

interface Notice {
  id: string
  bad: boolean
  text: string
  /** ms since the epoch; absent for what holds now. */
  at?: number
  link?: ReactNode
}

const DAY_MS = 86_400_000

export function Attention() {
  const t = useWords(words)
  const status = useStatus()
  const notices = useNotices()
  if (status.isPending) return <Skeleton lines={2} />
  if (notices.length === 0) {
    return (
      <p className="flex items-center gap-3 rounded-2xl border border-line bg-surface px-4 py-3 text-sm">
        <CircleCheck aria-hidden className="size-5 shrink-0 text-ok" />
        <span>
          <span className="font-medium">{t('allWell')}.</span> <span className="text-muted">{t('allWellText')}</span>
        </span>
      </p>
    )
  }
  return (
    <Card title={t('attention')}>
      <ul className="space-y-2.5 text-sm">
        {notices.map(({ id, bad, text, at, link }) => {
          const Icon = bad ? CircleAlert : TriangleAlert
          return (
            <li key={id} className="flex items-start gap-3">
              <Icon aria-hidden className={classes('mt-0.5 size-4 shrink-0', bad ? 'text-danger' : 'text-warn')} />
              <span className="wrap-anywhere line-clamp-3 min-w-0 flex-1">{text}</span>
              {at !== undefined && <Moment at={at} relative className="shrink-0 text-muted text-xs leading-5" />}
              {link}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

function useNotices(): Notice[] {
  const t = useWords(words)
  const format = useFormat()
  const status = useStatus().data
  const usage = useUsage(30).data
  const turns = useFailedTurns().data ?? []
  const runs = useRecentRuns().data ?? []
  const undelivered = useUndelivered().data ?? []
  const jobs = useJobs().data ?? []
  const sessionName = useSessionNames()
  const since = Date.now() - DAY_MS
  const notices: Notice[] = []
  if (status?.model.source === 'offline') {
    notices.push({ id: 'model', bad: false, text: t('noModel'), link: <Lead to="/models">{t('connect')}</Lead> })
  }
  for (const text of status?.model.problems ?? []) notices.push({ id: text, bad: true, text })
  for (const { scope, until, message } of status?.model.cooling ?? []) {
    const text = t('coolingUntil', { scope, when: format.moment(until), message })
    notices.push({ id: `rest ${scope}`, bad: false, text })
  }
  for (const { name, state, used, block, warn, lifts_at } of usage?.limits ?? []) {
    if (state === 'ok' || used === null) continue
    const known = Object.hasOwn(words, name) ? t(name as 'tokens_per_day') : name
    const values = { name: known, used: format.number(used), block: format.number(block ?? warn ?? 0) }
    const text =
      state === 'warn'
        ? t('limitWarn', values)
        : lifts_at === null
          ? t('limitBlockNow', values)
          : t('limitBlock', { ...values, when: format.relative(Date.parse(lifts_at)) })
    notices.push({ id: `limit ${name}`, bad: state === 'block', text })
  }
  if (undelivered.length > 0) notices.push({ id: 'outbox', bad: true, text: t('outbox', { n: undelivered.length }) })
  const failures: Notice[] = []
  const told = new Set<number>()
  for (const { turn, session, state, error, ended_at } of turns) {
    if (ended_at === null || ended_at < since) continue
    told.add(turn)
    const name = sessionName(session)
    const text =
      state === 'failed'
        ? t('turnFailed', { session: name, error: error ?? '' })
        : t('turnInterrupted', { session: name })
    failures.push({
      id: `turn ${turn}`,
      bad: true,
      text,
      at: ended_at,
      link: (
        <Lead to="/chat" search={{ session }}>
          {t('show')}
        </Lead>
      ),
    })
  }
  for (const { job, slot_ms, attempt, state, turn, error, finished_ms } of runs) {
    const at = finished_ms ?? slot_ms
    const failed = state === 'error' || state === 'timeout'
    if (at < since || !(failed || state === 'missed') || (turn !== null && told.has(turn))) continue
    const name = jobs.find(({ id }) => id === job)?.name ?? job
    const text = failed ? t('runFailed', { job: name, error: error ?? '' }) : t('runMissed', { job: name })
    failures.push({
      id: `run ${job} ${slot_ms} ${attempt}`,
      bad: failed,
      text,
      at,
      link: (
        <Lead to="/schedule" search={{ job }}>
          {t('show')}
        </Lead>
      ),
    })
  }
  notices.push(...failures.sort((a, b) => b.at! - a.at!).slice(0, 6))
  const keys = status?.unknown_config_keys ?? []
  if (keys.length > 0) notices.push({ id: 'keys', bad: false, text: t('unknownKeys', { keys: keys.join(', ') }) })
  return notices
}

function Lead({
  to,
  search,
  children,
}: {
  to: '/chat' | '/schedule' | '/models'
  search?: Record<string, string>
  children: ReactNode
}) {
  return (
    <Link to={to} search={search ?? {}} className="shrink-0 font-medium text-accent underline underline-offset-4">
      {children}
    </Link>
  )
}
