/** One provider: how it is, and what can be done with it. */
import { Ellipsis, ListChecks, LogIn, PlugZap, RefreshCw, RotateCcw, SortAsc, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { changeConfig, sectionAt, setAt, textsAt, useConfig, valueAt } from '../../api/config.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { AccountList } from './account-list.tsx'
import type { ConnectGoal } from './connect-dialog.tsx'
import { ModelChooser } from './model-chooser.tsx'
import { type Provider, providersChanged, takesAccounts, timeOf } from './provider-data.ts'
import { RestEnd } from './rest-end.tsx'
import { words } from './words.ts'

export interface ProviderCardProps {
  provider: Provider
  /** Its model is asked first. */
  isFirst: boolean
  /** Why it cannot be used. */
  problem: string | undefined
  onConnect: (goal: ConnectGoal) => void
}

export function ProviderCard({ provider, isFirst, problem, onConnect }: ProviderCardProps) {
  const t = useWords(words)
  const config = useConfig()
  const [choosing, setChoosing] = useState(false)
  const [testing, setTesting] = useState(false)
  const { name, api_base: base, oauth_accounts: accounts } = provider
  const models = textsAt(config.data, ['models', 'providers', name, 'models'])
  const listed = valueAt(config.data, ['models', 'providers', name]) !== undefined
  const last = timeOf(provider.last_success?.when)

  async function test() {
    setTesting(true)
    try {
      const model = models[0] ?? ''
      const tried = await answer(api.POST('/api/provider/test', { body: { provider: name, model } }))
      noticeDone(t('works', { name, n: tried.models.length }))
      await providersChanged()
    } catch (error) {
      noticeFailed(error)
    } finally {
      setTesting(false)
    }
  }

  return (
    <Card>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h2 className="flex flex-wrap items-center gap-2 font-semibold text-[0.9375rem]">
            <span className="wrap-anywhere">{name}</span>
            {isFirst && <Badge tone="accent">{t('answersFirst')}</Badge>}
            <State provider={provider} problem={problem} />
          </h2>
          <p className="wrap-anywhere mt-1 text-muted text-sm">{base}</p>
          <p className="mt-1 flex flex-wrap gap-x-3 gap-y-1 text-muted text-sm">
            <KeyState provider={provider} />
            <span>{t('models', { n: models.length })}</span>
            <span>{last ? <LastAnswer at={last} /> : t('neverAnswered')}</span>
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Button small icon={PlugZap} busy={testing} onClick={() => void test()} aria-label={t('testOf', { name })}>
            {t('test')}
          </Button>
          <Button
            small
            icon={ListChecks}
            disabled={!listed}
            aria-label={t('chooseModelsOf', { name })}
            onClick={() => setChoosing(true)}
          >
            {t('chooseModels')}
          </Button>
          <Actions provider={provider} listed={listed} />
        </div>
      </div>
      {problem && <p className="wrap-anywhere mt-3 rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{problem}</p>}
      {(takesAccounts(provider) || accounts) && (
        <section aria-label={t('accountsOf', { name })} className="mt-4 border-line border-t pt-4">
          <div className="mb-2 flex items-center justify-between gap-3">
            <h3 className="font-medium text-sm">{t('accounts')}</h3>
            {takesAccounts(provider) && (
              <Button
                small
                icon={LogIn}
                aria-label={t('signInTo', { name })}
                onClick={() => onConnect({ account: name })}
              >
                {t('signInAnother')}
              </Button>
            )}
          </div>
          <AccountList provider={name} accounts={accounts ?? []} />
        </section>
      )}
      <ModelChooser provider={name} chosen={models} open={choosing} onClose={() => setChoosing(false)} />
    </Card>
  )
}

function State({ provider, problem }: { provider: Provider; problem: string | undefined }) {
  const t = useWords(words)
  if (problem) return <Badge tone="warn">{t('unusable')}</Badge>
  const { candidate_order: candidates } = provider
  const top = candidates[0]
  if (!top) return null
  if (candidates.every(({ status }) => status === 'cooldown')) {
    const until = timeOf(top.cooldown_until)
    return (
      <>
        <Badge tone="warn">{t('resting')}</Badge>
        {until && <RestEnd at={until} />}
      </>
    )
  }
  return (
    <>
      <Badge tone="ok">{t('ready')}</Badge>
      {top.health_score < 100 && <Badge>{t('health', { n: top.health_score })}</Badge>}
    </>
  )
}

function LastAnswer({ at }: { at: number }) {
  const t = useWords(words)
  const format = useFormat()
  return <span title={format.full(at)}>{t('lastAnswer', { time: format.relative(at) })}</span>
}

function KeyState({ provider }: { provider: Provider }) {
  const t = useWords(words)
  const key = provider.api_state.token_masked
  if (key) return <span className="font-mono text-[0.8125rem]">{t('key', { key })}</span>
  return <span>{takesAccounts(provider) ? t('byAccount') : t('keyless')}</span>
}

function Actions({ provider, listed }: { provider: Provider; listed: boolean }) {
  const t = useWords(words)
  const { name } = provider
  const act = (action: string) => async () => {
    try {
      await answer(api.POST('/api/provider/runtime', { body: { provider: name, action } }))
      await providersChanged()
      noticeDone(t('done'))
    } catch (error) {
      noticeFailed(error)
    }
  }
  async function remove() {
    const sure = await confirm({ title: t('removeTitle', { name }), text: t('removeText'), action: t('remove') })
    if (!sure) return
    try {
      await changeConfig((config) => withoutProvider(config, name))
      await providersChanged()
      noticeDone(t('removed', { name }))
    } catch (error) {
      noticeFailed(error)
    }
  }
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={t('more', { name })} small />}>
      <MenuItem icon={RotateCcw} onSelect={act('clear_api_cooldown')}>
        {t('endRest')}
      </MenuItem>
      {takesAccounts(provider) && (
        <>
          <MenuItem icon={RefreshCw} onSelect={act('refresh_now')}>
            {t('refreshAll')}
          </MenuItem>
          <MenuItem icon={SortAsc} onSelect={act('rerank')}>
            {t('rerank')}
          </MenuItem>
        </>
      )}
      <MenuItem icon={Trash2} onSelect={act('clear_history')}>
        {t('forget')}
      </MenuItem>
      <MenuLine />
      <MenuItem icon={Trash2} danger disabled={!listed} onSelect={() => void remove()}>
        {t('remove')}
      </MenuItem>
    </Menu>
  )
}

/** Takes a provider out of the config, and its models out of the order. */
function withoutProvider(config: Record<string, unknown>, name: string): void {
  setAt(config, ['models', 'providers', name], undefined)
  const of = (ref: unknown) => String(ref).startsWith(`${name}/`)
  const model = sectionAt(config, ['agents', 'defaults', 'model'])
  const fallbacks = textsAt(model, ['fallbacks']).filter((ref) => !of(ref))
  if (of(model.primary)) model.primary = fallbacks.shift() ?? ''
  model.fallbacks = fallbacks
}
