/** Short notices that go by themselves: what was saved, what failed. Read out by screen readers. */
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { failureText } from '../api/failure.ts'
import { watchedValue } from '../app/watched-value.ts'
import { catalogue, useWords } from '../language/words.ts'
import { IconButton } from './button.tsx'
import { classes } from './class-names.ts'

const words = catalogue({ dismiss: ['Dismiss', '关闭'], notices: ['Notices', '通知'] })

interface Notice {
  id: number
  kind: 'done' | 'failed'
  text: string
}

const SHOWN_MS = { done: 4000, failed: 10_000 }
const notices = watchedValue<readonly Notice[]>([])
let last = 0

/** Says that something was done. */
export function noticeDone(text: string): void {
  show('done', text)
}

/** Says that something failed, in the gateway's own words. */
export function noticeFailed(error: unknown): void {
  show('failed', failureText(error))
}

function show(kind: Notice['kind'], text: string): void {
  const id = ++last
  notices.set([
    ...notices
      .get()
      .filter((notice) => notice.text !== text)
      .slice(-2),
    { id, kind, text },
  ])
  setTimeout(() => dismiss(id), SHOWN_MS[kind])
}

function dismiss(id: number): void {
  notices.set(notices.get().filter((notice) => notice.id !== id))
}

/** Shows the notices; once, at the root of the page. */
export function Notices() {
  const t = useWords(words)
  const shown = notices.use()
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = place.current
    // Shown anew, it comes to lie over a dialog that was opened meanwhile.
    element?.hidePopover()
    if (shown.length > 0) element?.showPopover()
  }, [shown])
  return (
    <section
      ref={place}
      popover="manual"
      aria-label={t('notices')}
      aria-live="polite"
      className="pointer-events-none inset-x-4 top-auto bottom-4 m-0 w-auto flex-col items-center gap-2 bg-transparent p-0 text-text open:flex sm:left-auto sm:items-end"
    >
      {shown.map(({ id, kind, text }) => (
        <div
          key={id}
          className="pointer-events-auto flex w-full max-w-md items-start gap-3 rounded-xl border border-line bg-surface py-2 pr-2 pl-4 shadow-float"
        >
          {kind === 'done' ? (
            <CircleCheck aria-hidden className="mt-1.5 size-4 shrink-0 text-ok" />
          ) : (
            <CircleAlert aria-hidden className="mt-1.5 size-4 shrink-0 text-danger" />
          )}
          <p className={classes('min-w-0 flex-1 py-1 text-sm', 'wrap-anywhere whitespace-pre-wrap')}>{text}</p>
          <IconButton icon={X} label={t('dismiss')} small onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  )
}
