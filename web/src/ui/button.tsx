/** Buttons. One look for each weight of an action; an icon alone always has words for those who do not see it. */
import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { classes } from './class-names.ts'
import { Spinner } from './spinner.tsx'

/** `primary`: the one thing to do here; `plain`: everything else; `quiet`: beside content; `danger`: takes something away. */
export type ButtonKind = 'primary' | 'plain' | 'quiet' | 'danger'

const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong border-transparent',
  plain: 'bg-surface text-text border-line-strong hover:bg-hover',
  quiet: 'border-transparent text-muted hover:bg-hover hover:text-text',
  danger: 'border-transparent bg-danger-soft text-danger hover:brightness-95 dark:hover:brightness-110',
}

export interface ButtonProps extends ComponentProps<'button'> {
  kind?: ButtonKind
  icon?: LucideIcon
  /** Shows that the action runs, and takes no second press. */
  busy?: boolean
  small?: boolean
  children: ReactNode
}

export function Button({
  kind = 'plain',
  icon: Icon,
  busy,
  small,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={classes(
        'inline-flex shrink-0 items-center justify-center gap-2 rounded-lg border font-medium transition-colors disabled:opacity-50',
        small ? 'h-8 px-3 text-[0.8125rem]' : 'h-10 px-4 text-sm',
        KINDS[kind],
        className,
      )}
    >
      {busy ? <Spinner /> : Icon && <Icon aria-hidden className="size-4" />}
      {children}
    </button>
  )
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon: LucideIcon
  /** What it does, for screen readers and as a tooltip. */
  label: string
  kind?: ButtonKind
  small?: boolean
}

export function IconButton({ icon: Icon, label, kind = 'quiet', small, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classes(
        'inline-flex shrink-0 items-center justify-center rounded-lg border transition-colors disabled:opacity-40',
        small ? 'size-8' : 'size-10',
        KINDS[kind],
        className,
      )}
    >
      <Icon aria-hidden className={small ? 'size-4' : 'size-[1.125rem]'} />
    </button>
  )
}
