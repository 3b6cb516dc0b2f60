/** Connects a provider with a key: it is tried first, and saved when it answers. */
import { type FormEvent, useId, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { changeConfig, type Section, sectionAt, textsAt, useConfig, valueAt } from '../../api/config.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { Switch } from '../../ui/switch.tsx'
import { PRESETS } from '../chat/connect-model.ts'
import { providersChanged, useStatus } from './provider-data.ts'
import { words } from './words.ts'

const OTHER = 'other'

export function KeyForm({ onDone }: { onDone: () => void }) {
  const t = useWords(words)
  const suggestions = useId()
  const config = useConfig()
  const status = useStatus()
  const [chosen, setChosen] = useState(PRESETS[0]!.name)
  const [name, setName] = useState('')
  const [base, setBase] = useState('')
  const [key, setKey] = useState('')
  const [model, setModel] = useState(PRESETS[0]!.model)
  const [first, setFirst] = useState<boolean>()
  const [offered, setOffered] = useState<readonly string[]>([])
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState<'test' | 'save'>()
  const [failure, setFailure] = useState<string>()

  const preset = PRESETS.find((one) => one.name === chosen)
  const provider = preset?.name ?? name.trim()
  const apiBase = preset?.apiBase ?? base.trim()
  const saved = valueAt(config.data, ['models', 'providers', provider]) as Section | undefined
  const savedKey = saved?.api_base === apiBase && typeof saved.api_key === 'string' ? saved.api_key : ''
  // The first model that is connected is the one that answers; a later one only if it is said so.
  const answersFirst = first ?? status.data?.model.source !== 'config'
  const wrong = {
    name: preset || /^[\w-]+$/.test(provider) ? undefined : t('nameWrong'),
    base: preset || /^https?:\/\/\S+$/.test(apiBase) ? undefined : t('baseWrong'),
    key: preset?.needsKey && !key.trim() && !savedKey ? t('keyMissing') : undefined,
    model: model.trim() ? undefined : t('modelMissing'),
  }
  const shown: Partial<typeof wrong> = tried ? wrong : {}

  function choose(next: string) {
    setChosen(next)
    setModel(PRESETS.find((one) => one.name === next)?.model ?? '')
    setOffered([])
    setFailure(undefined)
  }

  const apiKey = key.trim() || savedKey
  const connection = { api_base: apiBase, auth: apiKey ? '' : 'none', api_key: apiKey }

  /** The models it offers; with `asks`, one of them has answered. */
  async function attempt(asks: string): Promise<readonly string[]> {
    const tried = await answer(
      api.POST('/api/provider/test', { body: { provider, provider_config: { ...saved, ...connection }, model: asks } }),
    )
    setOffered(tried.models)
    return tried.models
  }

  async function test() {
    setTried(true)
    if (wrong.name || wrong.base || wrong.key) return
    setBusy('test')
    setFailure(undefined)
    try {
      const models = await attempt(model.trim())
      noticeDone(t('works', { name: provider, n: models.length }))
    } catch (error) {
      setFailure(failureText(error))
      // What it offers helps to mend a wrong model.
      if (model.trim()) await attempt('').catch(() => {})
    } finally {
      setBusy(undefined)
    }
  }

  async function save(event?: FormEvent, untried = false) {
    event?.preventDefault()
    setTried(true)
    if (Object.values(wrong).some(Boolean)) return
    setBusy('save')
    setFailure(undefined)
    try {
      if (!untried) await attempt(model.trim())
      await changeConfig((all) => {
        const entry = sectionAt(all, ['models', 'providers', provider])
        Object.assign(entry, connection)
        const one = model.trim()
        entry.models = [one, ...textsAt(entry, ['models']).filter((each) => each !== one)]
        entry.timeout_sec ||= 90
        if (answersFirst) sectionAt(all, ['agents', 'defaults', 'model']).primary = `${provider}/${one}`
      })
      await providersChanged()
      noticeDone(t('connected', { name: provider }))
      onDone()
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(undefined)
    }
  }

  return (
    <form onSubmit={(event) => void save(event)} noValidate className="space-y-4">
      <Field label={t('provider')}>
        <Select value={chosen} onChange={(event) => choose(event.target.value)}>
          {PRESETS.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
          <option value={OTHER}>{t('other')}</option>
        </Select>
      </Field>
      {!preset && (
        <>
          <Field label={t('name')} hint={t('nameHint')} error={shown.name}>
            <TextInput value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
          </Field>
          <Field label={t('base')} hint={t('baseHint')} error={shown.base}>
            <TextInput type="url" value={base} onChange={(event) => setBase(event.target.value)} />
          </Field>
        </>
      )}
      {preset?.needsKey !== false && (
        <Field
          label={t('apiKey')}
          hint={savedKey ? t('keyKept') : preset ? t('keyHint') : t('keyOptional')}
          error={shown.key}
        >
          <TextInput
            type="password"
            autoComplete="off"
            value={key}
            placeholder={savedKey}
            onChange={(event) => setKey(event.target.value)}
          />
        </Field>
      )}
      <Field
        label={t('model')}
        hint={offered.length > 0 ? t('offered', { n: offered.length }) : t('modelHint')}
        error={shown.model}
      >
        <TextInput
          value={model}
          list={suggestions}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setModel(event.target.value)}
        />
      </Field>
      <datalist id={suggestions}>
        {offered.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <div className="flex items-center justify-between gap-4 text-sm">
        <span>{t('makeFirst')}</span>
        <Switch checked={answersFirst} onChange={setFirst} label={t('makeFirst')} />
      </div>
      {failure && (
        <p
          role="alert"
          className="wrap-anywhere whitespace-pre-line rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm"
        >
          {failure}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {failure && (
          <Button disabled={busy !== undefined} onClick={() => void save(undefined, true)}>
            {t('saveAnyway')}
          </Button>
        )}
        <Button busy={busy === 'test'} disabled={busy !== undefined} onClick={() => void test()}>
          {t('test')}
        </Button>
        <Button kind="primary" type="submit" busy={busy === 'save'} disabled={busy !== undefined}>
          {t('saveConnect')}
        </Button>
      </div>
    </form>
  )
}
