/** Signs an account in: begins the vendor's flow, leads through it, and completes it. */
import { type FormEvent, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { noticeDone } from '../../ui/notice.tsx'
import { providersChanged, takesAccounts, useProviders } from './provider-data.ts'
import { type Flow, SignInSteps } from './sign-in-steps.tsx'
import { words } from './words.ts'

/** Vendors whose accounts can sign in with a client of the owner. */
const VENDORS = [
  {
    name: 'gemini',
    label: 'Google Gemini',
    apiBase: 'https://generativelanguage.googleapis.com/v1beta',
    registers: true,
  },
  { name: 'codex', label: 'ChatGPT', apiBase: 'https://api.openai.com/v1', registers: false },
  { name: 'claude', label: 'Claude', apiBase: 'https://api.anthropic.com', registers: false },
  { name: 'qwen', label: 'Qwen', apiBase: 'https://portal.qwen.ai/v1', registers: false },
] as const
const DEFAULT_TIMEOUT_SEC = 90

/** `provider`: an entry of the config that gets another account. */
export function AccountForm({ provider, onDone }: { provider: string | undefined; onDone: () => void }) {
  const t = useWords(words)
  const providers = useProviders()
  const known = (providers.data ?? []).filter(takesAccounts).map(({ name }) => name)
  const [picked, setPicked] = useState(provider)
  const [clientId, setClientId] = useState('')
  const [clientSecret, setClientSecret] = useState('')
  const [label, setLabel] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  const [flow, setFlow] = useState<Flow>()
  const chosen = picked ?? known[0] ?? VENDORS[0].name
  const vendor = known.includes(chosen) ? undefined : VENDORS.find(({ name }) => name === chosen)

  async function begin(event?: FormEvent) {
    event?.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      const entry = vendor && {
        api_base: vendor.apiBase,
        auth: 'oauth',
        timeout_sec: DEFAULT_TIMEOUT_SEC,
        oauth: { provider: vendor.name, client_id: clientId.trim(), client_secret: clientSecret.trim() },
      }
      const body = { provider: chosen, account_label: label.trim(), ...(entry ? { provider_config: entry } : {}) }
      const begun = await answer(api.POST('/api/provider/oauth/start', { body }))
      setFlow({ ...begun, request: body, endsAt: Date.now() + begun.expires_in * 1000 })
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }

  async function finished(account: string) {
    await providersChanged()
    noticeDone(t('signedIn', { account }))
    onDone()
  }

  if (flow) return <SignInSteps flow={flow} onDone={finished} onAgain={() => setFlow(undefined)} />
  return (
    <form onSubmit={(event) => void begin(event)} noValidate className="space-y-4">
      <Field label={t('provider')} hint={vendor && t(vendor.registers ? 'google' : 'vendorClient')}>
        <Select value={chosen} onChange={(event) => setPicked(event.target.value)}>
          {known.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
          {VENDORS.filter(({ name }) => !known.includes(name)).map(({ name, label: text }) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </Select>
      </Field>
      {vendor && (
        <>
          <Field label={t('clientId')} hint={t('clientIdHint')}>
            <TextInput value={clientId} autoComplete="off" onChange={(event) => setClientId(event.target.value)} />
          </Field>
          <Field label={t('clientSecret')} hint={t('optional')}>
            <TextInput
              type="password"
              autoComplete="off"
              value={clientSecret}
              onChange={(event) => setClientSecret(event.target.value)}
            />
          </Field>
        </>
      )}
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
          {t('begin')}
        </Button>
      </div>
    </form>
  )
}
