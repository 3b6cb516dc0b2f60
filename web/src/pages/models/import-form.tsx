/** Takes in the credential file of another program. */
import { type FormEvent, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { providersChanged, takesAccounts, useProviders } from './provider-data.ts'
import { words } from './words.ts'

export function ImportForm({ provider, onDone }: { provider: string | undefined; onDone: () => void }) {
  const t = useWords(words)
  const providers = useProviders()
  const known = (providers.data ?? []).filter(takesAccounts).map(({ name }) => name)
  const [picked, setPicked] = useState(provider)
  const [file, setFile] = useState<File>()
  const [label, setLabel] = useState('')
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const chosen = picked ?? known[0]

  async function submit(event: FormEvent) {
    event.preventDefault()
    setTried(true)
    if (!file || !chosen) return
    setBusy(true)
    setFailure(undefined)
    try {
      const form = new FormData()
      form.set('provider', chosen)
      form.set('account_label', label.trim())
      form.set('file', file)
      // The document calls the file a text; what goes out is the form.
      const body = { file: '' }
      const { account } = await answer(api.POST('/api/provider/oauth/import', { body, bodySerializer: () => form }))
      await providersChanged()
      noticeDone(t('signedIn', { account }))
      onDone()
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }

  if (known.length === 0) return <p className="py-6 text-center text-muted text-sm">{t('noSignInProviders')}</p>
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="space-y-4">
      <Field label={t('fileFor')}>
        <Select value={chosen} onChange={(event) => setPicked(event.target.value)}>
          {known.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t('file')} hint={t('fileHint')} error={tried && !file ? t('fileMissing') : undefined}>
        <TextInput
          type="file"
          accept=".json,application/json"
          className="py-2 file:mr-3 file:rounded file:border-0 file:bg-sunken file:px-2 file:text-text"
          onChange={(event) => setFile(event.target.files?.[0])}
        />
      </Field>
      <Field label={t('label')} hint={t('labelHint')}>
        <TextInput value={label} maxLength={100} onChange={(event) => setLabel(event.target.value)} />
      </Field>
      {failure && (
        <p role="alert" className="wrap-anywhere rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
          {failure}
        </p>
      )}
      <div className="flex justify-end">
        <Button kind="primary" type="submit" busy={busy}>
          {t('import')}
        </Button>
      </div>
    </form>
  )
}
