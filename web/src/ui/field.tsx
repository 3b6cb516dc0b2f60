/** Form fields: a label, the control, a hint and the error, tied together for screen readers. */
import { ChevronDown } from 'lucide-react'
import { type ComponentProps, createContext, type ReactNode, useContext, useId } from 'react'
import { classes } from './class-names.ts'

interface FieldIds {
  control: string
  described: string | undefined
  invalid: boolean
}

const Ids = createContext<FieldIds | null>(null)

export interface FieldProps {
  label: ReactNode
  /** What to put in, said below the control. */
  hint?: ReactNode
  /** What is wrong with it; replaces the hint. */
  error?: ReactNode
  className?: string
  /** One control of this file. */
  children: ReactNode
}

/** A labelled control. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className={classes('space-y-1.5', className)}>
      <label htmlFor={id} className="block font-medium text-sm">
        {label}
      </label>
      <Ids value={{ control: id, described: note ? `${id}-note` : undefined, invalid: Boolean(error) }}>{children}</Ids>
      {note && (
        <p
          id={`${id}-note`}
          className={classes('text-[0.8125rem]', error ? 'text-danger' : 'text-muted')}
          role={error ? 'alert' : undefined}
        >
          {note}
        </p>
      )}
    </div>
  )
}

const CONTROL =
  'w-full rounded-lg border border-line-strong bg-surface px-3 text-base text-text transition-colors sm:text-sm ' +
  'hover:border-muted focus-visible:border-accent focus-visible:outline-offset-0 disabled:opacity-50 aria-[invalid=true]:border-danger'

function useControl() {
  const ids = useContext(Ids)
  return ids
    ? { id: ids.control, 'aria-describedby': ids.described, 'aria-invalid': ids.invalid || undefined }
    : undefined
}

/** One line of text. Outside of a Field give it an `aria-label`. */
export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...useControl()} {...rest} className={classes(CONTROL, 'h-10', className)} />
}

/** Several lines of text. */
export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea rows={4} {...useControl()} {...rest} className={classes(CONTROL, 'py-2', className)} />
}

/** The system's own choice list: right on a phone and with every keyboard. Children are `option`s. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={classes('relative block', className)}>
      <select {...useControl()} {...rest} className={classes(CONTROL, 'h-10 appearance-none truncate pr-9')}>
        {children}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-3 right-3 size-4 text-muted" />
    </span>
  )
}
