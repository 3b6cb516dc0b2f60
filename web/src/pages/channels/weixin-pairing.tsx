/** One pairing that waits: the QR code, which the gateway renews, and how far the phone is. */
import { type FormEvent, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import type { Schemas } from '../../api/schema.d.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { noticeFailed } from '../../ui/notice.tsx'
import { words } from './words.ts'

type Login = Schemas['WeixinLogin']

export function WeixinPairing({ login, onChanged }: { login: Login; onChanged: () => void }) {
  const t = useWords(words)
  const { login_id: id, status } = login
  // Another code comes under the same address.
  const picture = `/api/weixin/qr.svg?${new URLSearchParams({ login_id: id, code: login.qr_code })}`
  const scanned = status.startsWith('scaned') || status === 'need_verifycode'
  const cancel = () =>
    answer(api.POST('/api/weixin/login/cancel', { body: { login_id: id } })).then(onChanged, noticeFailed)
  return (
    <div className="flex flex-wrap items-center gap-5 rounded-xl bg-sunken p-4">
      {login.qr_available && !scanned && (
        // The picture brings a wide margin, for places without one.
        <span className="size-48 shrink-0 overflow-hidden rounded-lg bg-white">
          <img src={picture} alt={t('qrOf')} width={192} height={192} className="size-full scale-[1.7]" />
        </span>
      )}
      <div className="min-w-0 flex-1 basis-52 space-y-3">
        <p role="status" className="font-medium text-sm">
          <Progress status={status} />
        </p>
        {login.last_error && <p className="wrap-anywhere text-sm text-warn">{login.last_error}</p>}
        {status === 'need_verifycode' ? (
          <NumberForm login={id} onChanged={onChanged} />
        ) : (
          !scanned && <p className="text-muted text-sm leading-relaxed">{t('steps')}</p>
        )}
        <Button small onClick={() => void cancel()}>
          {t('stopPairing')}
        </Button>
      </div>
    </div>
  )
}

function Progress({ status }: { status: string }) {
  const t = useWords(words)
  switch (status) {
    case '':
    case 'wait':
      return t('wait')
    case 'scaned':
    case 'scaned_but_redirect':
      return t('scaned')
    case 'expired':
      return t('expired')
    case 'need_verifycode':
      return t('needCode')
    case 'verify_code_blocked':
      return t('blocked')
    case 'binded_redirect':
      return t('bound')
    default:
      return t('otherStatus', { status })
  }
}

function NumberForm({ login, onChanged }: { login: string; onChanged: () => void }) {
  const t = useWords(words)
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!code.trim()) return setFailure(t('numberWrong'))
    setBusy(true)
    setFailure(undefined)
    try {
      await answer(api.POST('/api/weixin/login/verify', { body: { login_id: login, code: code.trim() } }))
      setCode('')
      onChanged()
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-wrap items-start gap-2">
      <Field label={t('number')} error={failure}>
        <TextInput
          inputMode="numeric"
          autoComplete="one-time-code"
          className="w-36"
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
      </Field>
      <Button type="submit" kind="primary" className="mt-[1.625rem]" busy={busy}>
        {t('send')}
      </Button>
    </form>
  )
}
