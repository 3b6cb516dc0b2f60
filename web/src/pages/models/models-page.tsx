/** Models: connecting providers, the order in which they are asked, and how they fare. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { MessageSquare, Plus, Server } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Activity } from './activity.tsx'
import { ConnectDialog, type ConnectGoal } from './connect-dialog.tsx'
import { FallbackOrder } from './fallback-order.tsx'
import { ProviderCard } from './provider-card.tsx'
import { useProviders, useStatus } from './provider-data.ts'
import { words } from './words.ts'

export function ModelsPage() {
  const t = useWords(words)
  const { tab = 'providers' } = useSearch({ from: '/models' })
  const navigate = useNavigate()
  const [goal, setGoal] = useState<ConnectGoal | null>(null)
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        <Button kind="primary" icon={Plus} onClick={() => setGoal({})}>
          {t('connect')}
        </Button>
      }
    >
      <Standing onConnect={() => setGoal({})} />
      <Tabs
        label={t('views')}
        current={tab}
        onChange={(next) => void navigate({ to: '/models', search: { tab: next }, replace: true })}
        tabs={[
          { name: 'providers', label: t('providers'), content: <Providers onConnect={setGoal} /> },
          { name: 'order', label: t('order'), content: <FallbackOrder /> },
          { name: 'activity', label: t('activity'), content: <Activity /> },
        ]}
      />
      <ConnectDialog goal={goal} onClose={() => setGoal(null)} />
    </Page>
  )
}

/** What answers now: the lead of a first start, and what stands in the way. */
function Standing({ onConnect }: { onConnect: () => void }) {
  const t = useWords(words)
  const { data } = useStatus()
  if (!data) return null
  const { source, primary, detail, problems } = data.model
  if (source === 'offline') {
    return (
      <Card className="mb-6 border-accent/40 bg-accent-soft" title={t('firstTitle')} text={t('firstText')}>
        <ol className="mb-4 list-decimal space-y-1 pl-5 text-sm">
          <li>{t('firstKey')}</li>
          <li>{t('firstTry')}</li>
          <li>{t('firstSay')}</li>
        </ol>
        <Button kind="primary" icon={Plus} onClick={onConnect}>
          {t('connect')}
        </Button>
      </Card>
    )
  }
  return (
    <>
      {source !== 'config' && (
        <p className="mb-4 rounded-xl bg-sunken px-4 py-3 text-sm">{t('elsewhere', { model: primary, detail })}</p>
      )}
      {problems.length > 0 && (
        <div className="mb-6 rounded-xl bg-warn-soft px-4 py-3 text-sm text-warn">
          <h2 className="font-medium">{t('problems')}</h2>
          <ul className="mt-1 list-disc space-y-0.5 pl-5">
            {problems.map((problem) => (
              <li key={problem} className="wrap-anywhere">
                {problem}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}

function Providers({ onConnect }: { onConnect: (goal: ConnectGoal) => void }) {
  const t = useWords(words)
  const providers = useProviders()
  const status = useStatus()
  if (providers.isPending) return <Skeleton lines={6} />
  if (providers.isError) return <Failed error={providers.error} onRetry={() => void providers.refetch()} />
  const { source = 'offline', primary = '', problems = [] } = status.data?.model ?? {}
  // A home without a config of models has an entry for OpenAI that says nothing.
  const shown = providers.data.filter(
    ({ name, api_state, oauth_accounts, auth }) =>
      source !== 'offline' ||
      providers.data.length > 1 ||
      name !== 'openai' ||
      api_state.token_masked ||
      oauth_accounts ||
      auth,
  )
  if (shown.length === 0) {
    return <Empty icon={Server} title={t('noProviders')} text={t('noProvidersText')} />
  }
  return (
    <>
      <ul className="space-y-4">
        {shown.map((provider) => (
          <li key={provider.name}>
            <ProviderCard
              provider={provider}
              isFirst={source !== 'offline' && primary.startsWith(`${provider.name}/`)}
              problem={problems.find((each) => each.startsWith(`models.providers.${provider.name} `))}
              onConnect={onConnect}
            />
          </li>
        ))}
      </ul>
      {source !== 'offline' && shown.every(({ last_success }) => last_success === null) && (
        <p className="mt-6 text-sm">
          <Link
            to="/chat"
            className="inline-flex items-center gap-2 font-medium text-accent underline underline-offset-4"
          >
            <MessageSquare aria-hidden className="size-4" />
            {t('firstMessage')}
          </Link>
        </p>
      )}
    </>
  )
}
