/** Which models of a provider the gateway may use: chosen from what it offers, or named. */
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { providersChanged } from './provider-data.ts'
import { words } from './words.ts'

export interface ModelChooserProps {
  provider: string
  /** The models of the config. */
  chosen: readonly string[]
  open: boolean
  onClose: () => void
}

/** More than fits on a screen is found by the filter. */
const SHOWN = 200

export function ModelChooser({ provider, chosen, open, onClose }: ModelChooserProps) {
  const t = useWords(words)
  const [picked, setPicked] = useState<readonly string[]>(chosen)
  const [filter, setFilter] = useState('')
  const [busy, setBusy] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is saved when it opens is what it begins with
  useEffect(() => {
    if (!open) return
    setPicked(chosen)
    setFilter('')
  }, [open])
  const offered = useQuery({
    queryKey: ['offered-models', provider],
    queryFn: async () => (await answer(api.POST('/api/provider/test', { body: { provider } }))).models,
    enabled: open,
    retry: false,
  })
  const all = [...new Set([...picked, ...chosen, ...(offered.data ?? [])])]
  const wanted = filter.trim().toLowerCase().split(/\s+/)
  const matching = all.filter((model) => wanted.every((word) => model.toLowerCase().includes(word)))
  const named = filter.trim()

  const toggle = (model: string) =>
    setPicked((now) => (now.includes(model) ? now.filter((each) => each !== model) : [...now, model]))
  function addNamed(event: FormEvent) {
    event.preventDefault()
    if (named && !picked.includes(named) && !matching.includes(named)) toggle(named)
  }
  async function save() {
    setBusy(true)
    try {
      await answer(api.POST('/api/provider/models', { body: { provider, models: [...picked] } }))
      await providersChanged()
      noticeDone(t('modelsSaved'))
      onClose()
    } catch (error) {
      noticeFailed(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('modelsOf', { name: provider })}
      className="max-w-xl"
      actions={
        <>
          <span role="status" className="mr-auto self-center text-muted text-sm">
            {t('chosenCount', { n: picked.length })}
          </span>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" busy={busy} disabled={picked.length === 0} onClick={() => void save()}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form onSubmit={addNamed} className="flex items-end gap-2">
        <Field label={t('filter')} hint={t('chosenFirst')} className="flex-1">
          <TextInput value={filter} autoComplete="off" spellCheck={false} onChange={(e) => setFilter(e.target.value)} />
        </Field>
        <Button type="submit" className="mb-6" disabled={!named || all.includes(named)}>
          {t('add')}
        </Button>
      </form>
      <div role="status" className="min-h-6 pt-2 text-muted text-sm">
        {offered.isFetching ? (
          <span className="flex items-center gap-2">
            <Spinner />
            {t('loadingModels', { name: provider })}
          </span>
        ) : offered.isError ? (
          <span className="wrap-anywhere text-warn">
            {t('listFailed')}: {failureText(offered.error)}
          </span>
        ) : matching.length === 0 ? (
          t('nothingMatches')
        ) : null}
      </div>
      <ul className="mt-1">
        {matching.slice(0, SHOWN).map((model) => (
          <li key={model}>
            <label className="flex min-h-9 cursor-pointer items-center gap-3 rounded-lg px-2 text-sm hover:bg-sunken">
              <input
                type="checkbox"
                checked={picked.includes(model)}
                onChange={() => toggle(model)}
                className="size-4 accent-(--accent)"
              />
              <span className="wrap-anywhere min-w-0 py-1">{model}</span>
            </label>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
