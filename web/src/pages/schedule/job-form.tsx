/** Makes a job, or changes one. What the gateway refuses stays in the form, with its reason. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Select, TextArea, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { Switch } from '../../ui/switch.tsx'
import { draftOf, type JobDraft, jobRequest, missingIn } from './job-draft.ts'
import { act, type Job } from './jobs.ts'
import { TimingFields } from './timing-fields.tsx'
import { words } from './words.ts'

export interface JobFormProps {
  /** The job to change; none makes a new one. */
  job?: Job | undefined
  onClose: () => void
}

export function JobForm({ job, onClose }: JobFormProps) {
  const t = useWords(words)
  const form = useId()
  const [draft, setDraft] = useState(() => draftOf(job, Date.now()))
  const [missing, setMissing] = useState<ReturnType<typeof missingIn>>(null)
  const change = (part: Partial<JobDraft>) => {
    setMissing(null)
    setDraft((now) => ({ ...now, ...part }))
  }
  const saving = useMutation({
    mutationFn: () => act(jobRequest(draft, job, Date.now())),
    onSuccess() {
      noticeDone(t('saved', { name: draft.name.trim() || draft.message.trim().slice(0, 40) }))
      onClose()
    },
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    const found = missingIn(draft, Date.now())
    setMissing(found)
    if (!found) saving.mutate()
  }

  const timingError = { repeating: 'expression', interval: 'intervalMissing', once: 'momentMissing' } as const
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(job ? 'editTitle' : 'createTitle')}
      wide
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={saving.isPending}>
            {t(job ? 'save' : 'create')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="space-y-5 pt-1">
        <Field
          label={t('message')}
          hint={t('messageHint')}
          error={missing === 'message' ? t('messageMissing') : undefined}
        >
          <TextArea
            autoFocus
            rows={3}
            value={draft.message}
            onChange={(event) => change({ message: event.target.value })}
          />
        </Field>
        <Field label={t('name')}>
          <TextInput
            value={draft.name}
            placeholder={t('namePlaceholder')}
            maxLength={120}
            onChange={(event) => change({ name: event.target.value })}
          />
        </Field>
        <section aria-label={t('when')} className="space-y-2">
          <h3 className="font-medium text-sm">{t('when')}</h3>
          <TimingFields
            timing={draft.timing}
            onChange={(timing) => change({ timing })}
            error={missing === 'timing' ? t(timingError[draft.timing.kind]) : undefined}
          />
        </section>
        <DeliveryFields draft={draft} change={change} />
        <details>
          <summary className="w-fit rounded font-medium text-muted text-sm hover:text-text">{t('more')}</summary>
          <PolicyFields draft={draft} change={change} />
        </details>
        {saving.isError && (
          <p role="alert" className="wrap-anywhere rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
            {failureText(saving.error)}
          </p>
        )}
      </form>
    </Dialog>
  )
}

interface PartProps {
  draft: JobDraft
  change: (part: Partial<JobDraft>) => void
}

function DeliveryFields({ draft, change }: PartProps) {
  const t = useWords(words)
  const channels = useQuery({
    queryKey: ['channels', 'list'],
    queryFn: async () => (await answer(api.GET('/api/channels'))).channels,
    enabled: draft.deliver,
  })
  const names = [
    ...new Set([...(channels.data?.map(({ name }) => name) ?? []), ...(draft.channel ? [draft.channel] : [])]),
  ]
  return (
    <div className="space-y-3">
      <div className="flex items-center justify-between gap-3">
        <span className="font-medium text-sm">{t('deliver')}</span>
        <Switch checked={draft.deliver} onChange={(deliver) => change({ deliver })} label={t('deliver')} />
      </div>
      {draft.deliver && (
        <div className="flex flex-wrap gap-3">
          <Field label={t('channel')} className="min-w-40 flex-1">
            <Select value={draft.channel} onChange={(event) => change({ channel: event.target.value })}>
              <option value="">{t('chooseChannel')}</option>
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t('to')} hint={t('toHint')} className="min-w-40 flex-1">
            <TextInput value={draft.to} onChange={(event) => change({ to: event.target.value })} spellCheck={false} />
          </Field>
        </div>
      )}
    </div>
  )
}

function PolicyFields({ draft, change }: PartProps) {
  const t = useWords(words)
  return (
    <div className="mt-3 space-y-4">
      <Field label={t('overlap')}>
        <Select
          value={draft.overlap}
          onChange={(event) => change({ overlap: event.target.value as JobDraft['overlap'] })}
        >
          <option value="skip">{t('overlapSkip')}</option>
          <option value="queue">{t('overlapQueue')}</option>
        </Select>
      </Field>
      <Field label={t('missedPolicy')}>
        <Select value={draft.missed} onChange={(event) => change({ missed: event.target.value as JobDraft['missed'] })}>
          <option value="run_once">{t('missedOnce')}</option>
          <option value="skip">{t('missedSkip')}</option>
        </Select>
      </Field>
      <Field label={t('timeout_')} hint={t('timeoutHint')}>
        <TextInput
          type="number"
          min={0}
          inputMode="numeric"
          value={draft.timeout}
          onChange={(event) => change({ timeout: event.target.value })}
        />
      </Field>
      {draft.timing.kind === 'once' && (
        <div className="flex items-center justify-between gap-3">
          <span className="text-sm">{t('deleteAfter')}</span>
          <Switch
            checked={draft.deleteAfterRun}
            onChange={(deleteAfterRun) => change({ deleteAfterRun })}
            label={t('deleteAfter')}
          />
        </div>
      )}
    </div>
  )
}
