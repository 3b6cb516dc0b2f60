/** The accounts of a provider: how they are, and what can be done with one. */
import { RefreshCw, RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { type Account, accountName, providersChanged, timeOf } from './provider-data.ts'
import { RestEnd } from './rest-end.tsx'
import { words } from './words.ts'

export function AccountList({ provider, accounts }: { provider: string; accounts: readonly Account[] }) {
  const t = useWords(words)
  if (accounts.length === 0) return <p className="text-muted text-sm">{t('noAccounts')}</p>
  return (
    <ul className="divide-y divide-line">
      {accounts.map((account) => (
        <AccountRow key={account.credential_file} provider={provider} account={account} />
      ))}
    </ul>
  )
}

function AccountRow({ provider, account }: { provider: string; account: Account }) {
  const t = useWords(words)
  const format = useFormat()
  const [busy, setBusy] = useState(false)
  const name = accountName(account)
  const rests = timeOf(account.cooldown_until)
  const expires = timeOf(account.expire)
  const resting = rests !== null && rests > Date.now()

  async function act(action: 'refresh' | 'delete' | 'clear_cooldown', said: string) {
    setBusy(true)
    try {
      const body = { action, credential_file: account.credential_file }
      await answer(api.POST('/api/provider/oauth/accounts', { params: { query: { provider } }, body }))
      noticeDone(said)
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
      await providersChanged()
    }
  }
  async function remove() {
    if (await confirm({ title: t('deleteTitle', { name }), text: t('deleteText'), action: t('remove') })) {
      await act('delete', t('deleted'))
    }
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2.5">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <span className="wrap-anywhere font-medium">{name}</span>
          {account.disabled ? (
            <Badge tone="danger">{t('disabled')}</Badge>
          ) : resting ? (
            <>
              <Badge tone="warn">{t('resting')}</Badge>
              <RestEnd at={rests} />
            </>
          ) : (
            <Badge tone="ok">{t('ready')}</Badge>
          )}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-3 text-muted text-xs">
          {account.account_label && account.email && <span>{account.email}</span>}
          {account.plan_type && <span>{account.plan_type}</span>}
          {account.balance_label && <span title={account.balance_detail}>{account.balance_label}</span>}
          {account.health_score !== undefined && <span>{t('health', { n: account.health_score })}</span>}
          {account.failure_count ? <span>{t('failures', { n: account.failure_count })}</span> : null}
          {expires && <span title={format.full(expires)}>{t('expires', { time: format.moment(expires) })}</span>}
        </p>
        {(account.disable_reason || account.warning) && (
          <p className="wrap-anywhere mt-1 text-sm text-warn">{account.disable_reason || account.warning}</p>
        )}
        {resting && account.last_failure && (
          <p className="wrap-anywhere mt-1 text-muted text-xs">{account.last_failure}</p>
        )}
      </div>
      <div className="flex gap-1">
        <IconButton
          icon={RefreshCw}
          label={t('refresh', { name })}
          small
          disabled={busy}
          onClick={() => void act('refresh', t('refreshed'))}
        />
        <IconButton
          icon={RotateCcw}
          label={t('clearRest', { name })}
          small
          disabled={busy || !resting}
          onClick={() => void act('clear_cooldown', t('restEnded'))}
        />
        <IconButton
          icon={Trash2}
          label={t('deleteAccount', { name })}
          small
          disabled={busy}
          onClick={() => void remove()}
        />
      </div>
    </li>
  )
}
