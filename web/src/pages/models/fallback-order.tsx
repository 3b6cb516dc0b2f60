/** Which model is asked first, and which ones after it. */
import { ArrowDown, ArrowUp, ListOrdered, X } from 'lucide-react'
import { useState } from 'react'
import { changeConfig, sectionAt, textsAt, useConfig, valueAt } from '../../api/config.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Card } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Empty, Failed } from '../../ui/states.tsx'
import { providersChanged, useModels } from './provider-data.ts'
import { words } from './words.ts'

const AT = ['agents', 'defaults', 'model']

export function FallbackOrder() {
  const t = useWords(words)
  const config = useConfig()
  const models = useModels()
  const [draft, setDraft] = useState<readonly string[]>()
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  if (config.isPending || models.isPending) return <Skeleton lines={5} />
  if (config.isError) return <Failed error={config.error} onRetry={() => void config.refetch()} />
  if (models.isError) return <Failed error={models.error} onRetry={() => void models.refetch()} />
  if (models.data.source === 'offline') return <Empty icon={ListOrdered} title={t('order')} text={t('noOrder')} />

  const primary = valueAt(config.data, [...AT, 'primary'])
  // An empty primary means the first model there is; it is written out when the order is changed.
  const saved = [String(primary || models.data.primary), ...textsAt(config.data, [...AT, 'fallbacks'])]
  const order = draft ?? saved
  const changed = draft !== undefined && draft.join('\n') !== saved.join('\n')
  const resting = new Set(models.data.models.filter((model) => model.resting).map(({ ref }) => ref))
  const others = models.data.models.map(({ ref }) => ref).filter((ref) => !order.includes(ref))

  function move(from: number, by: number) {
    const next = [...order]
    const [ref] = next.splice(from, 1)
    next.splice(from + by, 0, ref!)
    setDraft(next)
    setSaid(t('moved', { name: ref!, n: from + by + 1 }))
  }
  async function save() {
    setBusy(true)
    try {
      await changeConfig((all) => {
        const [first = '', ...fallbacks] = order
        Object.assign(sectionAt(all, AT), { primary: first, fallbacks })
      })
      await providersChanged()
      setDraft(undefined)
      noticeDone(t('orderSaved'))
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={t('orderList')} text={t('orderText')} actions={changed && <Badge tone="warn">{t('changed')}</Badge>}>
      <ol className="divide-y divide-line rounded-xl border border-line">
        {order.map((ref, place) => (
          <li key={ref} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2">
            <span className="flex min-w-0 flex-1 basis-44 flex-wrap items-center gap-2">
              <span className="wrap-anywhere font-medium text-sm">{ref}</span>
              <Badge tone={place === 0 ? 'accent' : 'neutral'}>
                {place === 0 ? t('primary') : t('fallback', { n: place })}
              </Badge>
              {resting.has(ref) && <Badge tone="warn">{t('resting')}</Badge>}
            </span>
            <span className="flex gap-0.5">
              <IconButton
                icon={ArrowUp}
                label={t('up', { name: ref })}
                small
                disabled={place === 0}
                onClick={() => move(place, -1)}
              />
              <IconButton
                icon={ArrowDown}
                label={t('down', { name: ref })}
                small
                disabled={place === order.length - 1}
                onClick={() => move(place, 1)}
              />
              <IconButton
                icon={X}
                label={t('takeOut', { name: ref })}
                small
                disabled={order.length === 1}
                onClick={() => setDraft(order.filter((each) => each !== ref))}
              />
            </span>
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
      <div className="mt-4 flex flex-wrap items-center gap-3">
        {others.length > 0 && (
          <Select
            aria-label={t('addFallback')}
            value=""
            className="min-w-0 flex-1 basis-56"
            onChange={(event) => event.target.value && setDraft([...order, event.target.value])}
          >
            <option value="">{t('addFallback')} …</option>
            {others.map((ref) => (
              <option key={ref} value={ref}>
                {ref}
              </option>
            ))}
          </Select>
        )}
        <span className="ml-auto flex gap-2">
          <Button disabled={!changed} onClick={() => setDraft(undefined)}>
            {t('undo')}
          </Button>
          <Button kind="primary" busy={busy} disabled={!changed} onClick={() => void save()}>
            {t('save')}
          </Button>
        </span>
      </div>
    </Card>
  )
}
