/** One platform: how it is, its accounts, its settings, and a live test. */
import type { ReactNode } from 'react'
import { useWords } from '../../language/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Card } from '../../ui/page.tsx'
import type { Channel } from './channel-data.ts'
import type { ChannelField } from './channel-fields.ts'
import { ChannelForm } from './channel-form.tsx'
import { ChannelTest } from './channel-test.tsx'
import { words } from './words.ts'

export interface ChannelCardProps {
  name: 'weixin' | 'telegram' | 'feishu'
  channel: Channel | undefined
  fields: readonly ChannelField[]
  /** A test without a login. */
  testable?: boolean
  children?: ReactNode
}

const STATES: Readonly<Record<Channel['state'], Tone>> = { open: 'ok', off: 'neutral', problem: 'danger' }
const ACCOUNTS: Readonly<Record<Channel['accounts'][number]['state'], Tone>> = {
  connected: 'ok',
  connecting: 'neutral',
  failing: 'danger',
  login_needed: 'warn',
}

export function ChannelCard({ name, channel, fields, testable = false, children }: ChannelCardProps) {
  const t = useWords(words)
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {t(name)}
          {channel && <Badge tone={STATES[channel.state]}>{t(channel.state)}</Badge>}
        </span>
      }
      text={channel && <Counts channel={channel} />}
    >
      {channel?.problem && (
        <p role="alert" className="wrap-anywhere mb-4 rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
          {channel.problem}
        </p>
      )}
      {name !== 'weixin' && channel && <Accounts channel={channel} />}
      {children}
      <ChannelForm name={name} title={t('settingsOf', { name: t(name) })} fields={fields} />
      {testable && <ChannelTest name={name} running={channel?.state === 'open'} />}
    </Card>
  )
}

function Counts({ channel: { waiting, held, failed } }: { channel: Channel }) {
  const t = useWords(words)
  const counts = [
    waiting > 0 && t('waitingCount', { n: waiting }),
    held > 0 && t('heldCount', { n: held }),
    failed > 0 && t('failedCount', { n: failed }),
  ].filter(Boolean)
  return counts.length > 0 ? counts.join(' · ') : null
}

function Accounts({ channel }: { channel: Channel }) {
  const t = useWords(words)
  if (channel.state !== 'open' || channel.accounts.length === 0) return null
  return (
    <ul className="mb-4 space-y-1 text-sm">
      {channel.accounts.map(({ source, state, detail }) => (
        <li key={source} className="flex flex-wrap items-center gap-2">
          {source && <span className="wrap-anywhere">{source}</span>}
          <Badge tone={ACCOUNTS[state]}>{t(state)}</Badge>
          {detail && <span className="wrap-anywhere text-muted">{detail}</span>}
        </li>
      ))}
    </ul>
  )
}
