/** The settings of a channel: edited here, then saved as a draft that is committed. Secrets stay masks. */
import { ChevronRight } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, TextArea, TextInput } from '../../ui/field.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { Switch } from '../../ui/switch.tsx'
import { discardDraft, linesOf, type Settings, saveSettings, textsOf, useSettings } from './channel-data.ts'
import type { ChannelField } from './channel-fields.ts'
import { words } from './words.ts'

export interface ChannelFormProps {
  name: 'weixin' | 'telegram' | 'feishu'
  title: string
  fields: readonly ChannelField[]
}

export function ChannelForm({ name, title, fields }: ChannelFormProps) {
  const t = useWords(words)
  const settings = useSettings(name)
  const [edits, setEdits] = useState<Settings>({})
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  if (settings.isPending) return <Skeleton lines={3} />
  if (settings.isError) return <Failed error={settings.error} onRetry={() => void settings.refetch()} />
  const { effective, dirty } = settings.data
  const shown = { ...effective, ...edits }
  const changed = Object.keys(edits).length > 0
  const set = (key: string, value: unknown) => setEdits((now) => ({ ...now, [key]: value }))

  async function save(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      await saveSettings(name, edits)
      setEdits({})
      noticeDone(t('saved', { name: t(name) }))
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }
  async function discard() {
    setEdits({})
    setFailure(undefined)
    if (dirty) await discardDraft(name).catch(noticeFailed)
  }
  const control = (field: ChannelField) => (
    <ChannelControl
      key={field.key}
      field={field}
      value={shown[field.key]}
      onChange={(value) => set(field.key, value)}
    />
  )
  const advanced = fields.filter((field) => field.advanced)
  return (
    <form aria-label={title} onSubmit={(event) => void save(event)} noValidate className="space-y-4">
      <Flag label={t('enabled')} value={shown.enabled === true} onChange={(value) => set('enabled', value)} />
      {fields.filter((field) => !field.advanced).map(control)}
      <details className="group">
        <summary className="flex list-none items-center gap-1.5 rounded py-1 font-medium text-muted text-sm hover:text-text">
          <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
          {t('advanced')}
        </summary>
        <div className="mt-3 space-y-4">{advanced.map(control)}</div>
      </details>
      {failure && (
        <p
          role="alert"
          className="wrap-anywhere whitespace-pre-line rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm"
        >
          {failure}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-end gap-2">
        {(changed || dirty) && (
          <>
            <span className="mr-auto flex flex-wrap items-center gap-2 text-muted text-sm">
              <Badge tone="warn">{t('unsaved')}</Badge>
              {!changed && t('elsewhereUnsaved')}
            </span>
            <Button small onClick={() => void discard()}>
              {t('discard')}
            </Button>
          </>
        )}
        <Button kind="primary" small type="submit" busy={busy} disabled={!changed && !dirty}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}

interface ControlProps {
  field: ChannelField
  value: unknown
  onChange: (value: unknown) => void
}

function ChannelControl({ field: { label, hint, kind }, value, onChange }: ControlProps) {
  const t = useWords(words)
  if (kind === 'flag') return <Flag label={t(label)} value={value === true} onChange={onChange} />
  return (
    <Field label={t(label)} hint={hint && t(hint)}>
      {kind === 'lines' ? (
        <Lines value={value} onChange={onChange} />
      ) : (
        <TextInput
          type={kind === 'secret' ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={false}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.target.value)}
          // A mask is one thing: typing replaces it.
          onFocus={(event) => kind === 'secret' && event.target.select()}
        />
      )}
    </Field>
  )
}

/** What is typed stays as it is typed; the list is what it means. */
function Lines({ value, onChange }: Pick<ControlProps, 'value' | 'onChange'>) {
  const [typed, setTyped] = useState<string>()
  return (
    <TextArea
      rows={2}
      spellCheck={false}
      value={typed ?? linesOf(value)}
      onChange={(event) => {
        setTyped(event.target.value)
        onChange(textsOf(event.target.value))
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}

function Flag({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
  return (
    <div className="flex items-center justify-between gap-4 text-sm">
      <span className="font-medium">{label}</span>
      <Switch checked={value} onChange={onChange} label={label} />
    </div>
  )
}
