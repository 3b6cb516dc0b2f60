/** The two ways of a sign-in: a page whose last address is pasted back, or a code that is typed into a page. */
import { ExternalLink } from 'lucide-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { words } from './words.ts'

/** A login that has begun. */
export interface Flow {
  flow_id: string
  mode: 'callback' | 'device'
  auth_url: string
  user_code: string
  /** What began it: a gateway that was restarted meanwhile needs its secrets once more. */
  request: { provider: string; account_label: string; provider_config?: Record<string, unknown> }
  /** ms since the epoch */
  endsAt: number
}

export interface SignInStepsProps {
  flow: Flow
  onDone: (account: string) => Promise<void>
  onAgain: () => void
}

const SHORTEST_PAUSE_SEC = 2

export function SignInSteps(props: SignInStepsProps) {
  return props.flow.mode === 'device' ? <DeviceSteps {...props} /> : <CallbackSteps {...props} />
}

const complete = ({ flow_id, request }: Flow, callback_url = '') =>
  answer(api.POST('/api/provider/oauth/complete', { body: { ...request, flow_id, callback_url } }))

function PageLink({ href }: { href: string }) {
  const t = useWords(words)
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="inline-flex items-center gap-2 font-medium text-accent text-sm underline underline-offset-4"
    >
      <ExternalLink aria-hidden className="size-4" />
      {t('openPage')}
    </a>
  )
}

function Failure({ text }: { text: string }) {
  return (
    <p role="alert" className="wrap-anywhere rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
      {text}
    </p>
  )
}

function CallbackSteps({ flow, onDone, onAgain }: SignInStepsProps) {
  const t = useWords(words)
  const [address, setAddress] = useState('')
  const [wrong, setWrong] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  async function submit(event: FormEvent) {
    event.preventDefault()
    const given = address.trim()
    setWrong(!given)
    if (!given) return
    setBusy(true)
    setFailure(undefined)
    try {
      const { account } = await complete(flow, given)
      await onDone(account)
    } catch (error) {
      setFailure(failureText(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <ol className="list-decimal space-y-4 pl-5 text-sm marker:text-muted">
        <li>
          <p className="mb-1.5">{t('step1')}</p>
          <PageLink href={flow.auth_url} />
        </li>
        <li>
          <p className="mb-3">{t('step2')}</p>
          <Field label={t('callback')} error={wrong ? t('callbackMissing') : undefined}>
            <TextInput
              value={address}
              autoComplete="off"
              spellCheck={false}
              placeholder="http://localhost:8085/?code=…"
              onChange={(event) => setAddress(event.target.value)}
            />
          </Field>
        </li>
      </ol>
      <div className="mt-4 space-y-4">
        {failure && <Failure text={failure} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onAgain}>{t('again')}</Button>
          <Button kind="primary" type="submit" busy={busy}>
            {t('complete')}
          </Button>
        </div>
      </div>
    </form>
  )
}

function DeviceSteps({ flow, onDone, onAgain }: SignInStepsProps) {
  const t = useWords(words)
  const format = useFormat()
  const [failure, setFailure] = useState<string>()
  const [left, setLeft] = useState(flow.endsAt - Date.now())
  const done = useRef(onDone)
  done.current = onDone

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    let ended = false
    const ask = async () => {
      if (Date.now() >= flow.endsAt) return
      try {
        const { pending, retry_after_sec: pause = 0, account } = await complete(flow)
        if (ended) return
        if (!pending) return void done.current(account)
        timer = setTimeout(ask, Math.max(pause, SHORTEST_PAUSE_SEC) * 1000)
      } catch (error) {
        if (!ended) setFailure(failureText(error))
      }
    }
    void ask()
    return () => {
      ended = true
      clearTimeout(timer)
    }
  }, [flow])
  useEffect(() => {
    const timer = setInterval(() => setLeft(flow.endsAt - Date.now()), 1000)
    return () => clearInterval(timer)
  }, [flow])

  const over = left <= 0
  return (
    <div className="space-y-4 text-sm">
      <p>{t('deviceStep')}</p>
      <p className="flex items-center justify-center gap-2 rounded-xl bg-sunken py-4">
        <code className="font-mono font-semibold text-2xl tracking-widest">{flow.user_code}</code>
        <CopyButton text={flow.user_code} label={t('copyCode')} />
      </p>
      <PageLink href={flow.auth_url} />
      {failure || over ? (
        <>
          <Failure text={failure ?? t('over')} />
          <div className="flex justify-end">
            <Button kind="primary" onClick={onAgain}>
              {t('again')}
            </Button>
          </div>
        </>
      ) : (
        <p className="flex items-center gap-2 text-muted">
          <Spinner />
          {t('waiting', { time: format.duration(Math.ceil(left / 1000) * 1000) })}
        </p>
      )}
    </div>
  )
}
