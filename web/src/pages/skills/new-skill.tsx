/** Makes a skill of a name, a description and instructions. */
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextArea, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { createSkill } from './skills.ts'
import { words } from './words.ts'

export function NewSkill({ onCreated, onClose }: { onCreated: (name: string) => void; onClose: () => void }) {
  const t = useWords(words)
  const form = useId()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [prompt, setPrompt] = useState('')
  const [missing, setMissing] = useState(false)
  const creating = useMutation({
    mutationFn: () => createSkill({ name: name.trim(), description: description.trim(), system_prompt: prompt.trim() }),
    onSuccess() {
      noticeDone(t('created', { name: name.trim() }))
      onCreated(name.trim())
    },
  })

  function submit(event: FormEvent) {
    event.preventDefault()
    setMissing(!name.trim())
    if (name.trim()) creating.mutate()
  }

  const error = missing ? t('nameMissing') : creating.isError ? failureText(creating.error) : undefined
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('newTitle')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={creating.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="space-y-4">
        <Field label={t('name')} hint={t('nameHint')} error={error}>
          <TextInput
            autoFocus
            value={name}
            onChange={(event) => {
              setMissing(false)
              creating.reset()
              setName(event.target.value)
            }}
            spellCheck={false}
            autoCapitalize="none"
          />
        </Field>
        <Field label={t('description')} hint={t('descriptionHint')}>
          <TextArea rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <Field label={t('prompt')}>
          <TextArea rows={6} value={prompt} onChange={(event) => setPrompt(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}
