/** How the providers fare: sign-ins that can be used, their health, the last answer. */
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/page.tsx'
import { useProviders } from './queries.ts'
import { words } from './words.ts'

export function Providers() {
  const t = useWords(words)
  const format = useFormat()
  const providers = useProviders()
  if (!providers.data?.length) return null
  return (
    <Card title={t('providers')}>
      <ul className="grid gap-3 sm:grid-cols-2">
        {providers.data.map(({ name, candidate_order: order, last_success }) => {
          const ready = order.filter(({ status, available }) => available && status === 'ready').length
          const health = order.length > 0 ? Math.min(...order.map(({ health_score }) => health_score)) : null
          const when = last_success && format.relative(Date.parse(last_success.when))
          return (
            <li key={name} className="min-w-0 rounded-xl bg-sunken px-3.5 py-3 text-sm">
              <p className="flex items-center gap-2">
                <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
                <Badge tone={order.length === 0 || ready > 0 ? 'ok' : 'warn'} className="bg-surface">
                  {t(order.length === 0 || ready > 0 ? 'ready' : 'resting')}
                </Badge>
              </p>
              <p className="mt-1 text-muted text-xs leading-relaxed">
                {[
                  order.length === 0 ? t('noKeys') : t('keysReady', { ready, n: order.length }),
                  health !== null && t('health', { n: health }),
                  when ? t('lastSuccess', { when }) : t('neverAnswered'),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
