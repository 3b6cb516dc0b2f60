/** The config as JSON, in an editor. */
import { useQuery } from '@tanstack/react-query'
import { Save } from 'lucide-react'
import { useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { ConfigRefused, readConfig, type Section, saveConfig, useConfig } from '../../api/config.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { TextEditor } from '../../ui/text-editor/text-editor.tsx'
import { useUnsaved } from './use-unsaved.ts'
import { words } from './words.ts'

const textOf = (config: Section) => JSON.stringify(config, null, 2)

export function RawConfig() {
  const t = useWords(words)
  const config = useConfig()
  const status = useQuery({ queryKey: ['status'], queryFn: () => answer(api.GET('/api/status')) })
  /** What is typed, and the text it began with. */
  const [draft, setDraft] = useState<{ text: string; base: string }>()
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<readonly string[]>([])
  const changed = draft !== undefined && draft.text !== draft.base
  useUnsaved(changed)
  if (config.isPending) return <Skeleton lines={8} />
  if (config.isError) return <Failed error={config.error} onRetry={() => void config.refetch()} />
  const saved = textOf(config.data)
  const unknown = status.data?.unknown_config_keys ?? []

  async function save() {
    if (!draft || busy) return
    setRefused([])
    let next: unknown
    try {
      next = JSON.parse(draft.text)
    } catch (error) {
      return setRefused([failureText(error)])
    }
    setBusy(true)
    try {
      if (textOf(await readConfig()) !== draft.base) {
        const question = { title: t('conflict'), text: t('conflictText'), action: t('saveOver') }
        if (!(await confirm(question))) return
      }
      await saveConfig(next as Section)
      setDraft(undefined)
      noticeDone(t('saved'))
    } catch (error) {
      setRefused(error instanceof ConfigRefused ? error.errors : [failureText(error)])
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <p className="min-w-0 flex-1 basis-64 text-muted text-sm">{t('rawText')}</p>
        <span role="status">{changed && <Badge tone="warn">{t('unsaved')}</Badge>}</span>
        <Button small disabled={!changed} onClick={() => setDraft(undefined)}>
          {t('undo')}
        </Button>
        <Button small kind="primary" icon={Save} busy={busy} disabled={!changed} onClick={() => void save()}>
          {t('save')}
        </Button>
      </div>
      {unknown.length > 0 && (
        <p className="wrap-anywhere text-sm text-warn">{t('unknown', { keys: unknown.join(', ') })}</p>
      )}
      {refused.length > 0 && (
        <div role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
          <p className="font-medium">{t('refused')}</p>
          {refused.map((line) => (
            <p key={line} className="wrap-anywhere">
              {line}
            </p>
          ))}
        </div>
      )}
      <div className="h-[min(70dvh,48rem)] min-h-72 overflow-hidden rounded-xl border border-line">
        <TextEditor
          label={t('rawLabel')}
          name="config.json"
          value={draft?.text ?? saved}
          onChange={(text) => setDraft((now) => ({ text, base: now?.base ?? saved }))}
          onSave={() => void save()}
        />
      </div>
    </div>
  )
}
