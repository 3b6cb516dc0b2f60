/** Channels: the chat platforms, the people on them, and what is on its way out. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ChannelCard } from './channel-card.tsx'
import { useChannels } from './channel-data.ts'
import { FEISHU_FIELDS, TELEGRAM_FIELDS, WEIXIN_FIELDS } from './channel-fields.ts'
import { Outbox } from './outbox.tsx'
import { People } from './people.tsx'
import { WeixinBots } from './weixin-bots.tsx'
import { words } from './words.ts'

export function ChannelsPage() {
  const t = useWords(words)
  const { tab = 'platforms' } = useSearch({ from: '/channels' })
  const navigate = useNavigate()
  const channels = useChannels()
  const codes = channels.data?.reduce((sum, channel) => sum + channel.codes.length, 0) ?? 0
  const failed = channels.data?.reduce((sum, channel) => sum + channel.failed, 0) ?? 0
  const find = (name: string) => channels.data?.find((channel) => channel.name === name)
  const platforms = channels.isPending ? (
    <Skeleton lines={6} />
  ) : channels.isError ? (
    <Failed error={channels.error} onRetry={() => void channels.refetch()} />
  ) : (
    <div className="space-y-4">
      <ChannelCard name="weixin" channel={find('weixin')} fields={WEIXIN_FIELDS}>
        <WeixinBots />
      </ChannelCard>
      <ChannelCard name="telegram" channel={find('telegram')} fields={TELEGRAM_FIELDS} testable />
      <ChannelCard name="feishu" channel={find('feishu')} fields={FEISHU_FIELDS} testable />
    </div>
  )
  return (
    <Page title={t('title')} lead={t('lead')}>
      <Tabs
        label={t('views')}
        current={tab}
        onChange={(next) => void navigate({ to: '/channels', search: { tab: next }, replace: true })}
        tabs={[
          { name: 'platforms', label: t('platforms'), content: platforms },
          { name: 'people', label: <Counted text={t('people')} count={codes} />, content: <People /> },
          { name: 'outbox', label: <Counted text={t('outbox')} count={failed} />, content: <Outbox /> },
        ]}
      />
    </Page>
  )
}

function Counted({ text, count }: { text: string; count: number }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      {text}
      {count > 0 && <Badge tone="warn">{count}</Badge>}
    </span>
  )
}
