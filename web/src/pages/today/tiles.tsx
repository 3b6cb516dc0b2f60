/** The state at a glance: model, work in progress, next job, and what today has used. */
import { Link } from '@tanstack/react-router'
import { Activity, CalendarClock, Coins, Cpu, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { Due } from '../schedule/due.tsx'
import { useJobs } from '../schedule/jobs.ts'
import { useStatus } from './queries.ts'
import { upcoming } from './upcoming.ts'
import { useUsage } from './usage-card.tsx'
import { words } from './words.ts'

export function Tiles() {
  const t = useWords(words)
  const status = useStatus()
  if (status.isPending) return <Skeleton lines={4} />
  if (status.isError && !status.data) return <Failed error={status.error} onRetry={() => void status.refetch()} />
  const { model, active_turns, gateway_version, runtime } = status.data
  const offline = model.source === 'offline'
  const resting = model.cooling.some(({ scope }) => covers(scope, model.primary))
  return (
    <section aria-label={t('state')} className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
      <Tile icon={Cpu} title={t('model')}>
        <p className="truncate font-semibold" title={model.primary}>
          {offline ? t('notConnected') : model.primary.slice(model.primary.indexOf('/') + 1)}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-2 text-muted text-xs">
          <Badge tone={offline || resting ? 'warn' : 'ok'}>
            {t(resting ? 'resting' : offline ? 'notConnected' : 'ready')}
          </Badge>
          {!offline && (model.fallbacks.length > 0 ? t('others', { n: model.fallbacks.length }) : t('noFallback'))}
        </p>
      </Tile>
      <Tile icon={Activity} title={t('now')}>
        <p className="font-semibold">{active_turns > 0 ? t('working', { n: active_turns }) : t('idle')}</p>
        <p className="mt-1 truncate text-muted text-xs">
          {t('version', { version: gateway_version, runtime: t(runtime) })}
        </p>
      </Tile>
      <NextTile />
      <UsedTile />
    </section>
  )
}

function NextTile() {
  const t = useWords(words)
  const jobs = useJobs()
  const next = upcoming(jobs.data ?? [])[0]
  return (
    <Tile icon={CalendarClock} title={t('nextJob')}>
      {next ? (
        <>
          <p className="truncate font-semibold">
            <Link to="/schedule" search={{ job: next.job.id }} className="hover:underline">
              {next.job.name}
            </Link>
          </p>
          <Due at={next.at} className="mt-1 block text-muted text-xs" />
        </>
      ) : (
        <p className="font-semibold">{t('nothingPlanned')}</p>
      )}
    </Tile>
  )
}

function UsedTile() {
  const t = useWords(words)
  const format = useFormat()
  const usage = useUsage(30)
  const today = usage.data?.days.find(({ day }) => day === usage.data.today)
  const tokens = (today?.input ?? 0) + (today?.output ?? 0)
  const money = today?.cost == null ? tokens > 0 && t('noPrice') : format.money(today.cost, usage.data?.currency ?? '')
  return (
    <Tile icon={Coins} title={t('usedToday')}>
      <p className="font-semibold tabular-nums">{t('tokensOf', { n: format.compact(tokens) })}</p>
      <p className="mt-1 text-muted text-xs tabular-nums">
        {[t('turnsToday', { n: today?.turns ?? 0 }), money].filter(Boolean).join(' · ')}
      </p>
    </Tile>
  )
}

function Tile({ icon: Icon, title, children }: { icon: LucideIcon; title: string; children: ReactNode }) {
  return (
    <div className="min-w-0 rounded-2xl border border-line bg-surface p-4">
      <h2 className="mb-2 flex items-center gap-2 text-muted text-xs">
        <Icon aria-hidden className="size-4" />
        {title}
      </h2>
      {children}
    </div>
  )
}

/** Whether a rest is of a model: of itself, or of its whole provider. */
function covers(scope: string, ref: string): boolean {
  return scope === ref || (scope.endsWith('/*') && ref.startsWith(scope.slice(0, -1)))
}
