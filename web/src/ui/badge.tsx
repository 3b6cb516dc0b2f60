/** A word on how something is. Never by colour alone: the word says it. */
import type { ReactNode } from 'react'
import { classes } from './class-names.ts'

export type Tone = 'neutral' | 'ok' | 'warn' | 'danger' | 'accent'

const TONES: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-muted',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
  accent: 'bg-accent-soft text-accent-strong',
}

export function Badge({
  tone = 'neutral',
  className,
  children,
}: {
  tone?: Tone
  className?: string
  children: ReactNode
}) {
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1 whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-xs',
        TONES[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}
