/** One line; a press shows all of it. */
import { memo } from 'react'
import { classes } from '../../ui/class-names.ts'
import type { Level, LogLine } from './log-line.ts'

const COLOURS: Readonly<Record<Level, string>> = {
  DEBUG: 'text-muted',
  INFO: 'text-text',
  WARN: 'text-warn',
  ERROR: 'text-danger',
}

export interface LineRowProps {
  line: LogLine
  open: boolean
  onToggle: (id: number) => void
}

export const LineRow = memo(function LineRow({ line, open, onToggle }: LineRowProps) {
  const { id, at, level, text, fields, entry } = line
  return (
    <div className={classes('border-line/70 border-b font-mono text-xs leading-relaxed', open && 'bg-sunken')}>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => onToggle(id)}
        className="flex w-full flex-wrap items-baseline gap-x-3 px-4 py-1.5 text-left hover:bg-sunken focus-visible:-outline-offset-2 sm:flex-nowrap"
      >
        {at !== null && (
          <time dateTime={new Date(at).toISOString()} className="shrink-0 text-muted tabular-nums">
            {clock(at)}
          </time>
        )}
        <span className={classes('w-11 shrink-0 font-semibold', COLOURS[level])}>{level}</span>
        <span className={classes('wrap-anywhere min-w-0 flex-1 max-sm:basis-full', !open && 'line-clamp-3')}>
          {text}
          {fields && !open && <span className="ml-3 text-muted">{fields}</span>}
        </span>
      </button>
      {open && (
        <pre className="wrap-anywhere whitespace-pre-wrap px-4 pt-1 pb-3 text-muted">
          {JSON.stringify(entry, null, 2)}
        </pre>
      )}
    </div>
  )
})

/** `09:05:07.123`: lines are told apart by more than their second. */
function clock(at: number): string {
  const then = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const time = [then.getHours(), then.getMinutes(), then.getSeconds()].map(two).join(':')
  return `${time}.${String(then.getMilliseconds()).padStart(3, '0')}`
}
