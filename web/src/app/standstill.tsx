/** What is shown instead of the pages: signing in, waiting for the gateway, or why it refuses this address. */
import { ShieldAlert, WifiOff } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Connection, probe } from '../api/connection.ts'
import { ApiFailure, failureText } from '../api/failure.ts'
import { signIn } from '../api/sign-in.ts'
import { catalogue, useWords } from '../language/words.ts'
import { Button } from '../ui/button.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { useTitle } from '../ui/page.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { Appearance } from './appearance.tsx'
import { Mark } from './mark.tsx'

const words = catalogue({
  signIn: ['Sign in', '登录'],
  lead: ['Paste the token of this gateway.', '粘贴此网关的令牌。'],
  ended: [
    'Your sign-in has ended: the token was changed. Paste the new one.',
    '登录已失效：令牌已更改。请粘贴新令牌。',
  ],
  token: ['Token', '令牌'],
  where: ['Where is it?', '在哪里可以找到？'],
  whereNode: [
    'On your machine: run “npx clawgo gateway token”, or open the link that the gateway prints at its start.',
    '本机：运行 “npx clawgo gateway token”，或打开网关启动时输出的链接。',
  ],
  whereEdge: ['On Cloudflare: the secret GATEWAY_TOKEN.', 'Cloudflare：密钥 GATEWAY_TOKEN。'],
  wrong: ['That token does not open this gateway.', '该令牌无法打开此网关。'],
  empty: ['Paste the token first.', '请先粘贴令牌。'],
  away: ['The gateway does not answer', '网关没有响应'],
  awayLead: [
    'It may be starting, or stopped. This page tries again by itself and goes on when it is back.',
    '它可能正在启动，或已停止。页面会自动重试，恢复后继续。',
  ],
  now: ['Try now', '立即重试'],
  refused: ['The gateway refuses this address', '网关拒绝此地址'],
})

export function Standstill({ connection }: { connection: Connection }) {
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <header className="flex items-center justify-between p-4">
        <Mark />
        <Appearance />
      </header>
      <main className="flex flex-1 items-center justify-center p-4 pb-24">
        <div className="w-full max-w-sm">
          {connection.state === 'signed-out' && <SignIn ended={connection.wrong} />}
          {connection.state === 'away' && <Away />}
          {connection.state === 'refused' && <Refused reason={connection.reason} />}
        </div>
      </main>
    </div>
  )
}

function SignIn({ ended }: { ended: boolean }) {
  const t = useWords(words)
  const [token, setToken] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  useTitle(t('signIn'))

  async function submit(event: FormEvent) {
    event.preventDefault()
    if (!token.trim()) return setError(t('empty'))
    setBusy(true)
    setError(undefined)
    try {
      await signIn(token)
    } catch (failure) {
      setError(failure instanceof ApiFailure && failure.status === 401 ? t('wrong') : failureText(failure))
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={submit} noValidate className="space-y-5">
      <div>
        <h1 className="font-semibold text-2xl tracking-tight">{t('signIn')}</h1>
        <p className="mt-1.5 text-muted text-sm">{t(ended ? 'ended' : 'lead')}</p>
      </div>
      <Field label={t('token')} error={error}>
        <TextInput
          type="password"
          name="token"
          autoComplete="current-password"
          spellCheck={false}
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
      </Field>
      <Button kind="primary" type="submit" busy={busy} className="w-full">
        {t('signIn')}
      </Button>
      <details className="text-muted text-sm">
        <summary className="w-fit font-medium hover:text-text">{t('where')}</summary>
        <p className="mt-2 leading-relaxed">{t('whereNode')}</p>
        <p className="mt-2 leading-relaxed">{t('whereEdge')}</p>
      </details>
    </form>
  )
}

function Away() {
  const t = useWords(words)
  useTitle(t('away'))
  return (
    <div role="status" className="text-center">
      <WifiOff aria-hidden className="mx-auto mb-4 size-8 text-muted" />
      <h1 className="font-semibold text-xl tracking-tight">{t('away')}</h1>
      <p className="mt-2 text-muted text-sm leading-relaxed">{t('awayLead')}</p>
      <p className="mt-5 flex items-center justify-center gap-3">
        <Spinner className="text-muted" />
        <Button small onClick={() => void probe()}>
          {t('now')}
        </Button>
      </p>
    </div>
  )
}

function Refused({ reason }: { reason: string }) {
  const t = useWords(words)
  useTitle(t('refused'))
  return (
    <div role="alert" className="text-center">
      <ShieldAlert aria-hidden className="mx-auto mb-4 size-8 text-warn" />
      <h1 className="font-semibold text-xl tracking-tight">{t('refused')}</h1>
      <p className="wrap-anywhere mt-2 text-muted text-sm leading-relaxed">{reason}</p>
    </div>
  )
}
