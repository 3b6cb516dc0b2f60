/** Configs that were in force before, and the way back to them. */
import { useQuery } from '@tanstack/react-query'
import { History as Clock, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { refusal } from '../../api/config.ts'
import { queries } from '../../api/queries.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Moment } from '../../ui/moment.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { words } from './words.ts'

const KEYS_SHOWN = 8

export function History() {
  const t = useWords(words)
  const format = useFormat()
  const [busy, setBusy] = useState<number>()
  const history = useQuery({
    queryKey: ['config', 'history'],
    queryFn: async () => (await answer(api.GET('/api/config/history'))).revisions,
  })
  if (history.isPending) return <Skeleton lines={6} />
  if (history.isError) return <Failed error={history.error} onRetry={() => void history.refetch()} />
  if (history.data.length === 0) return <Empty icon={Clock} title={t('history')} text={t('historyText')} />

  async function putBack(id: number, at: number) {
    const time = format.full(at)
    const sure = await confirm({
      title: t('putBackTitle'),
      text: t('putBackText', { time }),
      action: t('putBack'),
    })
    if (!sure) return
    setBusy(id)
    try {
      const { error, response } = await api.POST('/api/config/rollback', { body: { id } })
      if (!response.ok) throw refusal(response.status, error)
      noticeDone(t('restored', { time }))
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(undefined)
      await queries.invalidateQueries()
    }
  }
  return (
    <Card title={t('history')} text={t('historyText')}>
      <ol className="divide-y divide-line">
        {history.data.map(({ id, at, source, changed }, place) => (
          <li key={id} className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3">
            <div className="min-w-0 flex-1 basis-64 text-sm">
              <p className="flex flex-wrap items-center gap-2">
                <Moment at={at} className="font-medium" />
                <span className="text-muted">
                  {t('by', { source: source in words ? t(source as keyof typeof words) : source })}
                </span>
                {place === 0 && <Badge tone="ok">{t('inForce')}</Badge>}
              </p>
              <p className="wrap-anywhere mt-1 font-mono text-muted text-xs leading-relaxed">
                {changed.length === 0 ? t('nothingChanged') : changed.slice(0, KEYS_SHOWN).join(', ')}
                {changed.length > KEYS_SHOWN && ` ${t('moreKeys', { n: changed.length - KEYS_SHOWN })}`}
              </p>
            </div>
            {place > 0 && (
              <Button
                small
                icon={RotateCcw}
                busy={busy === id}
                aria-label={t('putBackOf', { time: format.full(at) })}
                onClick={() => void putBack(id, at)}
              >
                {t('putBack')}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Card>
  )
}
