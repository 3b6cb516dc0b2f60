/** Asks for the path of a new file. */
import { type FormEvent, useId, useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { words } from './words.ts'

export function NewFile({ onCreate, onClose }: { onCreate: (path: string) => void; onClose: () => void }) {
  const t = useWords(words)
  const form = useId()
  const [path, setPath] = useState('')
  const [missing, setMissing] = useState(false)

  function submit(event: FormEvent) {
    event.preventDefault()
    const cleaned = path.trim().replace(/^[./]+/, '')
    setMissing(!cleaned)
    if (cleaned) onCreate(cleaned)
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t('newTitle')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={form}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <Field label={t('path')} hint={t('pathHint')} error={missing ? t('pathMissing') : undefined}>
          <TextInput
            autoFocus
            value={path}
            onChange={(event) => setPath(event.target.value)}
            spellCheck={false}
            autoCapitalize="none"
            className="font-mono"
          />
        </Field>
      </form>
    </Dialog>
  )
}
