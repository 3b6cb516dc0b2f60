/** A tool at work: its name and what it was given in one line, input and output on demand. */
import { Check, ChevronRight, CircleAlert, CircleSlash, Wrench } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../language/words.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import type { ToolPart } from './turn-view.ts'
import { words } from './words.ts'

/** Output beyond this is cut on the screen; the copy button has all of it. */
const MAX_SHOWN = 20_000

export function ToolCard({ tool, stopped }: { tool: ToolPart; stopped: boolean }) {
  const t = useWords(words)
  const [open, setOpen] = useState(false)
  const { name, input, result } = tool
  const state = result ? (result.failed ? 'toolFailed' : 'toolDone') : stopped ? 'stopped' : 'toolRunning'
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="overflow-hidden rounded-xl border border-line bg-surface text-sm [&[open]>summary>svg:first-child]:rotate-90"
    >
      <summary className="flex min-h-10 list-none items-center gap-2 px-3 py-1.5 hover:bg-hover focus-visible:-outline-offset-2">
        <ChevronRight aria-hidden className="size-4 shrink-0 text-muted transition-transform" />
        <Wrench aria-hidden className="size-4 shrink-0 text-muted" />
        <span className="sr-only">{t('tool', { name })}</span>
        <span aria-hidden className="shrink-0 font-medium font-mono text-[0.8125rem]">
          {name}
        </span>
        <span className="min-w-0 flex-1 truncate text-muted">{summaryOf(input)}</span>
        <span className="flex shrink-0 items-center gap-1 text-muted text-xs">
          {state === 'toolRunning' ? (
            <Spinner />
          ) : state === 'toolDone' ? (
            <Check aria-hidden className="size-4 text-ok" />
          ) : state === 'toolFailed' ? (
            <CircleAlert aria-hidden className="size-4 text-danger" />
          ) : (
            <CircleSlash aria-hidden className="size-4" />
          )}
          <span className={state === 'toolFailed' ? 'text-danger' : 'max-sm:sr-only'}>{t(state)}</span>
        </span>
      </summary>
      {open && (
        <div className="space-y-3 border-line border-t p-3">
          <Block label={t('toolInput')} text={typeof input === 'string' ? input : JSON.stringify(input, null, 2)} />
          {result && <Block label={t('toolOutput')} text={result.output} empty={t('noOutput')} />}
        </div>
      )}
    </details>
  )
}

function Block({ label, text, empty }: { label: string; text: string; empty?: string }) {
  return (
    <section aria-label={label}>
      <div className="flex items-center justify-between">
        <h3 className="text-muted text-xs">{label}</h3>
        {text && <CopyButton text={text} />}
      </div>
      {text || !empty ? (
        <pre
          tabIndex={0}
          className="wrap-anywhere max-h-80 overflow-auto whitespace-pre-wrap rounded-lg bg-sunken p-3 font-mono text-[0.8125rem] leading-relaxed"
        >
          {text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}\n…` : text}
        </pre>
      ) : (
        <p className="text-muted">{empty}</p>
      )}
    </section>
  )
}

/** The first values of the input, as a person would name the call. */
function summaryOf(input: unknown): string {
  if (typeof input !== 'object' || input === null) return String(input ?? '')
  return Object.values(input)
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .join(' · ')
    .slice(0, 200)
}
