/** Asks a platform who we are, or sends a test message to a chat. */
import { PlugZap } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { failureText } from '../../api/failure.ts'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/class-names.ts'
import { Field, TextInput } from '../../ui/field.tsx'
import { words } from './words.ts'

export function ChannelTest({ name, running }: { name: string; running: boolean }) {
  const t = useWords(words)
  const [to, setTo] = useState('')
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<{ ok: boolean; text: string }>()
  async function test(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    setResult(undefined)
    try {
      const body = { channel: name, ...(to.trim() ? { to: to.trim() } : {}) }
      const { ok, result: text } = await answer(api.POST('/api/channels/test', { body }))
      setResult({ ok, text })
    } catch (error) {
      setResult({ ok: false, text: failureText(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void test(event)} className="mt-5 space-y-3 border-line border-t pt-4">
      <div className="flex flex-wrap items-end gap-3">
        <Field label={t('testTo')} className="min-w-0 flex-1 basis-48">
          <TextInput
            value={to}
            disabled={!running}
            spellCheck={false}
            onChange={(event) => setTo(event.target.value)}
          />
        </Field>
        <Button type="submit" icon={PlugZap} busy={busy} disabled={!running}>
          {t(to.trim() ? 'testSend' : 'test')}
        </Button>
      </div>
      <p className="text-[0.8125rem] text-muted">{t(running ? 'testToHint' : 'testNeedsOn')}</p>
      <div role="status">
        {result && (
          <p
            className={classes(
              'wrap-anywhere rounded-lg px-3 py-2 text-sm',
              result.ok ? 'bg-ok-soft text-ok' : 'bg-danger-soft text-danger',
            )}
          >
            {t('testResult')}: {result.text}
          </p>
        )}
      </div>
    </form>
  )
}
