/** What is on its way to chats, and what did not arrive. */

import { useQuery } from '@tanstack/react-query'
import { RotateCw, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import type { Schemas } from '../../api/schema.d.ts'
import { useWords } from '../../language/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Select } from '../../ui/field.tsx'
import { Moment } from '../../ui/moment.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { channelsChanged, useChannels } from './channel-data.ts'
import { words } from './words.ts'

type Message = Schemas['OutboxMessage']
type State = Message['state']

const TONES: Readonly<Record<State, Tone>> = {
  held: 'warn',
  queued: 'neutral',
  sending: 'neutral',
  ambiguous: 'warn',
  sent: 'ok',
  failed: 'danger',
}
const TROUBLED: readonly State[] = ['failed', 'ambiguous', 'held']
const CHOICES = ['attention', 'all', 'failed', 'ambiguous', 'held', 'queued', 'sending', 'sent'] as const
const LIMIT = 200
const REFRESH_MS = 10_000

export function Outbox() {
  const t = useWords(words)
  const [channel, setChannel] = useState('')
  const [choice, setChoice] = useState<(typeof CHOICES)[number]>('attention')
  const channels = useChannels()
  const states = choice === 'attention' ? TROUBLED : [choice === 'all' ? '' : choice]
  const messages = useQuery({
    queryKey: ['channels', 'outbox', channel, choice],
    queryFn: async () => {
      const read = async (state: string) => {
        const query = { channel, state, limit: LIMIT }
        return (await answer(api.GET('/api/channels/outbox', { params: { query } }))).messages
      }
      return (await Promise.all(states.map(read))).flat().sort((a, b) => b.id - a.id)
    },
    refetchInterval: REFRESH_MS,
  })
  return (
    <Card
      title={t('outbox')}
      text={t('outboxText')}
      actions={
        <div className="flex flex-wrap gap-2">
          <Select
            aria-label={t('channel')}
            value={channel}
            className="w-36"
            onChange={(e) => setChannel(e.target.value)}
          >
            <option value="">{t('allChannels')}</option>
            {channels.data?.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
          <Select
            aria-label={t('state')}
            value={choice}
            className="w-40"
            onChange={(event) => setChoice(event.target.value as typeof choice)}
          >
            {CHOICES.map((each) => (
              <option key={each} value={each}>
                {t(each === 'attention' ? 'needsAttention' : each === 'all' ? 'allStates' : each)}
              </option>
            ))}
          </Select>
        </div>
      }
    >
      {messages.isPending ? (
        <Skeleton />
      ) : messages.isError ? (
        <Failed error={messages.error} onRetry={() => void messages.refetch()} />
      ) : messages.data.length === 0 ? (
        <Empty icon={Send} title={t('nothingOut')} text={t('nothingOutText')} />
      ) : (
        <ul className="divide-y divide-line">
          {messages.data.map((message) => (
            <MessageRow key={message.id} message={message} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function MessageRow({ message }: { message: Message }) {
  const t = useWords(words)
  const [busy, setBusy] = useState(false)
  const { id, state, parts } = message
  async function act(action: 'retry' | 'drop', said: string) {
    setBusy(true)
    try {
      await answer(api.POST('/api/channels/outbox', { body: { id, action } }))
      noticeDone(said)
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
      await channelsChanged()
    }
  }
  async function drop() {
    if (await confirm({ title: t('dropTitle'), text: t('dropText'), action: t('drop') }))
      await act('drop', t('dropped'))
  }
  return (
    <li className="py-3">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
        <Badge tone={TONES[state]}>{t(state)}</Badge>
        <span className="font-medium">{message.channel}</span>
        <span className="wrap-anywhere min-w-0 flex-1 text-muted">{message.chat}</span>
        <Moment at={message.created_at} className="text-muted text-xs" />
      </p>
      <p className="wrap-anywhere mt-1.5 line-clamp-3 whitespace-pre-wrap text-sm">
        {message.text || message.media || t('noText')}
      </p>
      {(message.reason || state === 'ambiguous') && (
        <p className="wrap-anywhere mt-1 text-sm text-warn">{message.reason ?? t('ambiguousHint')}</p>
      )}
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <span className="mr-auto text-muted text-xs">
          {[
            message.attempts > 0 && t('attempts', { n: message.attempts }),
            parts !== null && parts > 1 && t('parts', { n: message.sent_parts, all: parts }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {state === 'failed' && (
          <Button small icon={RotateCw} disabled={busy} onClick={() => void act('retry', t('retried'))}>
            {t('retry')}
          </Button>
        )}
        {(state === 'failed' || state === 'held') && (
          <Button small kind="quiet" icon={Trash2} disabled={busy} onClick={() => void drop()}>
            {t('drop')}
          </Button>
        )}
      </div>
    </li>
  )
}
