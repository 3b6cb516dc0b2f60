/** What the person said: to copy, to edit and send again; and what happens to it on its way. */
import { CircleAlert, Pencil } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Moment } from '../../ui/moment.tsx'
import { type Draft, forgetSending, type Sending, sendAgain } from './sending.ts'
import { SentFiles } from './sent-files.tsx'
import type { Exchange } from './transcript.ts'
import { words } from './words.ts'

export interface QuestionViewProps {
  question: NonNullable<Exchange['question']>
  sending: Sending | undefined
  /** Missing where it cannot be replaced (now). */
  onReplace: ((draft: Draft) => Promise<void>) | undefined
}

export function QuestionView({ question, sending, onReplace }: QuestionViewProps) {
  const t = useWords(words)
  const [editing, setEditing] = useState(false)
  const { text, media, at } = question
  if (editing && onReplace) {
    return (
      <Editor
        text={text}
        onCancel={() => setEditing(false)}
        onSave={(changed) => {
          setEditing(false)
          void onReplace({ text: changed, media })
        }}
      />
    )
  }
  return (
    <div className="group flex flex-col items-end">
      <h2 className="sr-only">{t('you')}</h2>
      <div className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5">
        {text && <p className="wrap-anywhere whitespace-pre-wrap text-[0.9375rem] leading-relaxed">{text}</p>}
        {media.length > 0 && <SentFiles paths={media} />}
      </div>
      {sending?.error ? (
        <Refused sending={sending} />
      ) : sending && sending.turn === undefined ? (
        <Underway sending={sending} />
      ) : (
        <div className="flex h-8 items-center gap-0.5 opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          <Moment at={at} className="px-1.5 text-muted text-xs" />
          <CopyButton text={text} label={t('copyQuestion')} />
          {onReplace && <IconButton icon={Pencil} label={t('edit')} small onClick={() => setEditing(true)} />}
        </div>
      )}
    </div>
  )
}

function Editor({ text, onSave, onCancel }: { text: string; onSave: (text: string) => void; onCancel: () => void }) {
  const t = useWords(words)
  const [changed, setChanged] = useState(text)
  const save = () => changed.trim() && onSave(changed)
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel()
    else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault()
      save()
    }
  }
  return (
    <div className="space-y-2">
      <TextArea
        aria-label={t('edit')}
        autoFocus
        className="field-sizing-content max-h-80"
        rows={Math.min(12, Math.max(2, changed.split('\n').length))}
        value={changed}
        onChange={(event) => setChanged(event.target.value)}
        onKeyDown={keys}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span className="mr-auto text-muted text-xs">{t('editNote')}</span>
        <Button small onClick={onCancel}>
          {t('cancel')}
        </Button>
        <Button small kind="primary" disabled={!changed.trim()} onClick={save}>
          {t('send')}
        </Button>
      </div>
    </div>
  )
}

/** Without an answer for a while it is the connection; the bar at the top says so too. */
function Underway({ sending }: { sending: Sending }) {
  const t = useWords(words)
  return (
    <p role="status" className="h-8 px-1.5 py-1.5 text-muted text-xs">
      {Date.now() - sending.at > 3000 ? t('willSend') : `${t('sending')} …`}
    </p>
  )
}

function Refused({ sending: { key, error } }: { sending: Sending }) {
  const t = useWords(words)
  return (
    <div role="alert" className="mt-1.5 flex max-w-full flex-wrap items-center justify-end gap-2 text-sm">
      <span className="flex min-w-0 items-center gap-1.5 text-danger">
        <CircleAlert aria-hidden className="size-4 shrink-0" />
        <span className="wrap-anywhere">
          {t('notSent')}: {error}
        </span>
      </span>
      <Button small onClick={() => void sendAgain(key)}>
        {t('again')}
      </Button>
      <Button small kind="quiet" onClick={() => forgetSending(key)}>
        {t('discard')}
      </Button>
    </div>
  )
}
