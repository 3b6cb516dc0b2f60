/** On or off, at once. */
import { Switch as Primitive } from 'radix-ui'
import { classes } from './class-names.ts'

export interface SwitchProps {
  checked: boolean
  onChange: (checked: boolean) => void
  /** What is on or off, for screen readers; the page shows it beside the switch. */
  label: string
  disabled?: boolean
  className?: string
}

export function Switch({ checked, onChange, label, disabled, className }: SwitchProps) {
  return (
    <Primitive.Root
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled ?? false}
      aria-label={label}
      className={classes(
        'relative h-6 w-10 shrink-0 rounded-full border border-transparent bg-line-strong transition-colors',
        'data-[state=checked]:bg-accent disabled:opacity-50',
        className,
      )}
    >
      <Primitive.Thumb className="block size-5 translate-x-px rounded-full bg-white shadow transition-transform data-[state=checked]:translate-x-[1.0625rem]" />
    </Primitive.Root>
  )
}
