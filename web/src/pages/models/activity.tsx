/** What happened to the credentials of all providers: answers, failures, rests. */
import { Activity as Pulse } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Select } from '../../ui/field.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { type Provider, type ProviderEvent, useProviders } from './provider-data.ts'
import { words } from './words.ts'

const KINDS = ['all', 'hits', 'errors', 'changes'] as const
type Kind = (typeof KINDS)[number]

interface Row extends ProviderEvent {
  provider: string
  what: Exclude<Kind, 'all'>
  id: string
}

const TONES: Readonly<Record<Row['what'], Tone>> = { hits: 'ok', errors: 'danger', changes: 'neutral' }
const ONE = { hits: 'hit', errors: 'error', changes: 'change' } as const
const SHOWN = 100

export function Activity() {
  const t = useWords(words)
  const providers = useProviders()
  const [kind, setKind] = useState<Kind>('all')
  if (providers.isPending) return <Skeleton lines={6} />
  if (providers.isError) return <Failed error={providers.error} onRetry={() => void providers.refetch()} />
  const rows = providers.data
    .flatMap(rowsOf)
    .filter(({ what }) => kind === 'all' || what === kind)
    .sort((a, b) => Date.parse(b.when) - Date.parse(a.when))
    .slice(0, SHOWN)
  return (
    <Card
      title={t('recent')}
      actions={
        <Select
          aria-label={t('kind')}
          value={kind}
          className="w-36"
          onChange={(event) => setKind(event.target.value as Kind)}
        >
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {t(each)}
            </option>
          ))}
        </Select>
      }
    >
      {rows.length === 0 ? (
        <Empty icon={Pulse} title={t('nothing')} text={t('nothingText')} />
      ) : (
        <ul className="divide-y divide-line">
          {rows.map((row) => (
            <li key={row.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2.5 text-sm">
              <Badge tone={TONES[row.what]}>{t(ONE[row.what])}</Badge>
              <span className="font-medium">{row.provider}</span>
              <span className="wrap-anywhere min-w-0 flex-1 basis-56 text-muted">
                {[row.target, reasonText(row.reason), row.detail].filter(Boolean).join(' · ')}
              </span>
              <Moment at={Date.parse(row.when)} relative className="text-muted text-xs" />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function rowsOf({ name, recent_hits, recent_errors, recent_changes }: Provider): Row[] {
  const all = { hits: recent_hits, errors: recent_errors, changes: recent_changes }
  return Object.entries(all).flatMap(([what, events]) =>
    events.map((event, place) => ({
      ...event,
      provider: name,
      what: what as Row['what'],
      id: `${name} ${what} ${event.when} ${place}`,
    })),
  )
}

/** `oauth_cooldown_rate_limit` reads as words. */
const reasonText = (reason = '') => reason.replaceAll('_', ' ')
