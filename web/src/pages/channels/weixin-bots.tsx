/** Bots of Weixin: pairing one by QR code, the default, removing one. */
import { QrCode, Star, Trash2 } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import type { Schemas } from '../../api/schema.d.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { channelsChanged, useWeixin } from './channel-data.ts'
import { WeixinPairing } from './weixin-pairing.tsx'
import { words } from './words.ts'

type Bot = Schemas['WeixinAccount']

export function WeixinBots() {
  const t = useWords(words)
  const status = useWeixin()
  const [starting, setStarting] = useState(false)
  const bots = status.data?.ok ? status.data.accounts : []
  const logins = status.data?.ok ? status.data.pending_logins : []
  useNewBots(status.data ? bots : undefined)
  if (status.isPending) return <Skeleton lines={3} />
  if (status.isError) return <Failed error={status.error} onRetry={() => void status.refetch()} />

  async function pair() {
    setStarting(true)
    try {
      await answer(api.POST('/api/weixin/login/start'))
      await status.refetch()
    } catch (error) {
      noticeFailed(error)
    } finally {
      setStarting(false)
    }
  }
  return (
    <div className="mb-5 space-y-4">
      {bots.length === 0 && logins.length === 0 && (
        <p className="text-muted text-sm">
          <span className="font-medium text-text">{t('noBots')}. </span>
          {t('noBotsText')}
        </p>
      )}
      {bots.length > 0 && (
        <ul className="divide-y divide-line">
          {bots.map((bot) => (
            <BotRow key={bot.bot_id} bot={bot} />
          ))}
        </ul>
      )}
      {logins.map((login) => (
        <WeixinPairing key={login.login_id} login={login} onChanged={() => void status.refetch()} />
      ))}
      {logins.length === 0 && (
        <Button
          icon={QrCode}
          kind={bots.length === 0 ? 'primary' : 'plain'}
          busy={starting}
          onClick={() => void pair()}
        >
          {t('pair')}
        </Button>
      )}
    </div>
  )
}

/** Says when a bot was paired, which happens on a phone. */
function useNewBots(bots: readonly Bot[] | undefined): void {
  const t = useWords(words)
  const known = useRef<ReadonlySet<string>>(undefined)
  const ids = bots?.map(({ bot_id }) => bot_id).join('\n')
  useEffect(() => {
    if (ids === undefined) return
    const now = ids.split('\n').filter(Boolean)
    const fresh = known.current ? now.filter((id) => !known.current?.has(id)) : []
    known.current = new Set(now)
    if (fresh.length === 0) return
    noticeDone(t('pairedNow', { bot: fresh.join(', ') }))
    void channelsChanged()
  }, [ids, t])
}

function BotRow({ bot }: { bot: Bot }) {
  const t = useWords(words)
  const format = useFormat()
  const [busy, setBusy] = useState(false)
  const { bot_id: id } = bot
  const at = Date.parse(bot.last_inbound_at ?? '')

  async function act(path: '/api/weixin/accounts/default' | '/api/weixin/accounts/remove') {
    setBusy(true)
    try {
      await answer(api.POST(path, { body: { bot_id: id } }))
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
      await channelsChanged()
    }
  }
  async function remove() {
    const sure = await confirm({
      title: t('removeBotTitle', { bot: id }),
      text: t('removeBotText'),
      action: t('remove'),
    })
    if (sure) await act('/api/weixin/accounts/remove')
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 flex-1 basis-56 text-sm">
        <p className="flex flex-wrap items-center gap-2">
          <span className="wrap-anywhere font-medium">{id}</span>
          <Badge tone={bot.connected ? 'ok' : 'warn'}>{t(bot.connected ? 'connected' : 'notConnected')}</Badge>
          {bot.default && <Badge tone="accent">{t('isDefault')}</Badge>}
        </p>
        <p className="wrap-anywhere mt-0.5 text-muted text-xs">
          {[
            bot.ilink_user_id && t('ownerIs', { name: bot.ilink_user_id }),
            at > 0 && t('lastMessage', { time: format.relative(at) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {bot.last_error && <p className="wrap-anywhere mt-1 text-sm text-warn">{bot.last_error}</p>}
      </div>
      <div className="flex gap-1">
        {!bot.default && (
          <IconButton
            icon={Star}
            label={t('makeDefaultOf', { bot: id })}
            small
            disabled={busy}
            onClick={() => void act('/api/weixin/accounts/default')}
          />
        )}
        <IconButton
          icon={Trash2}
          label={t('removeBot', { bot: id })}
          small
          disabled={busy}
          onClick={() => void remove()}
        />
      </div>
    </li>
  )
}
