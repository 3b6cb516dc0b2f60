/** What the agent said and did, in order: thoughts, tools, text; and how it ended. */
import { Brain, ChevronRight, CircleAlert, CircleSlash, RotateCcw } from 'lucide-react'
import { memo } from 'react'
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { classes } from '../../ui/class-names.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Markdown } from '../../ui/markdown/markdown.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { ToolCard } from './tool-card.tsx'
import type { Exchange } from './transcript.ts'
import { hasEnded, type Part, type TextPart, textOf } from './turn-view.ts'
import { words } from './words.ts'

export interface AnswerViewProps {
  answer: Pick<Exchange, 'parts' | 'state' | 'error' | 'usage' | 'endedAt'>
  last: boolean
  /** Missing where the question cannot be asked again (now). */
  onRetry: (() => void) | undefined
}

export function AnswerView({ answer, last, onRetry }: AnswerViewProps) {
  const t = useWords(words)
  const { parts, state, error } = answer
  const ended = hasEnded(state)
  return (
    <div className="group space-y-3" aria-busy={!ended}>
      <h2 className="sr-only">{t('agent')}</h2>
      {joined(parts).map((part, index, all) => (
        <PartView
          // biome-ignore lint/suspicious/noArrayIndexKey: parts only come at the end
          key={index}
          part={part}
          growing={!ended && index === all.length - 1}
          stopped={ended}
        />
      ))}
      {!ended && <Working state={state} parts={parts} />}
      {ended && <Outcome state={state} error={error} empty={parts.length === 0} />}
      {ended && <Footer answer={answer} last={last} onRetry={onRetry} />}
    </div>
  )
}

const PartView = memo(function PartView({
  part,
  growing,
  stopped,
}: {
  part: Part
  growing: boolean
  stopped: boolean
}) {
  if (part.kind === 'tool') return <ToolCard tool={part} stopped={stopped} />
  if (part.kind === 'reasoning') return <Thoughts text={part.text} growing={growing} />
  return <Markdown text={part.text} growing={growing} />
})

/** Text of two steps without a tool between them is one text. */
function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = []
  for (const part of parts) {
    const last = result.at(-1)
    if (part.kind !== 'tool' && last?.kind === part.kind) {
      result[result.length - 1] = { ...part, text: (last as TextPart).text + part.text }
    } else if (part.kind === 'tool' || part.text.trim()) result.push(part)
  }
  return result
}

function Thoughts({ text, growing }: { text: string; growing: boolean }) {
  const t = useWords(words)
  return (
    <details className="text-sm [&[open]>summary>svg:first-child]:rotate-90">
      <summary className="flex w-fit list-none items-center gap-1.5 rounded-md py-1 pr-2 text-muted hover:text-text">
        <ChevronRight aria-hidden className="size-4 transition-transform" />
        <Brain aria-hidden className="size-4" />
        {growing ? `${t('thinking')} …` : t('thought')}
      </summary>
      <p className="wrap-anywhere mt-1 ml-2 whitespace-pre-wrap border-line border-l-2 py-1 pl-4 text-muted leading-relaxed">
        {text.trim()}
      </p>
    </details>
  )
}

/** Something is going on that does not show by itself. */
function Working({ state, parts }: { state: Exchange['state']; parts: readonly Part[] }) {
  const t = useWords(words)
  const last = parts.at(-1)
  if (last?.kind === 'text' || (last?.kind === 'tool' && !last.result)) return null
  return (
    <p className="flex items-center gap-2 text-muted text-sm">
      <Spinner />
      {state === 'accepted' ? t('waiting') : last?.kind === 'reasoning' ? t('thinking') : t('working')} …
    </p>
  )
}

function Outcome({ state, error, empty }: { state: Exchange['state']; error: string | null; empty: boolean }) {
  const t = useWords(words)
  if (state === 'done') return empty ? <p className="text-muted text-sm">{t('noAnswer')}</p> : null
  if (state === 'stopped') {
    return (
      <p className="flex items-center gap-2 text-muted text-sm">
        <CircleSlash aria-hidden className="size-4" />
        {t('stopped')}
      </p>
    )
  }
  return (
    <div role="alert" className="flex gap-3 rounded-xl bg-danger-soft px-4 py-3 text-danger text-sm">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        <p className="font-medium">{t(state === 'interrupted' ? 'interrupted' : 'failed')}</p>
        {error && <p className="wrap-anywhere mt-0.5">{error}</p>}
      </div>
    </div>
  )
}

function Footer({ answer, last, onRetry }: AnswerViewProps) {
  const t = useWords(words)
  const format = useFormat()
  const { parts, usage, endedAt } = answer
  const text = textOf(parts)
  const models = Object.keys(usage?.models ?? {})
  return (
    <div
      className={classes(
        '-ml-1.5 flex min-h-8 flex-wrap items-center gap-0.5 transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100',
        !last && 'opacity-0',
      )}
    >
      {text && <CopyButton text={text} label={t('copyAnswer')} />}
      {onRetry && <IconButton icon={RotateCcw} label={t('retry')} small onClick={onRetry} />}
      <p className="flex flex-wrap gap-x-2 px-1.5 text-muted text-xs">
        {endedAt !== null && <Moment at={endedAt} />}
        {models.length > 0 && <span>{models.join(', ')}</span>}
        {usage && usage.input + usage.output > 0 && (
          <span>{t('tokens', { input: format.compact(usage.input), output: format.compact(usage.output) })}</span>
        )}
      </p>
    </div>
  )
}
