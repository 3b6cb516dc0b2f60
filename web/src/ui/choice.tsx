/** One of a few, as pressed buttons side by side. */
import { classes } from './class-names.ts'

export interface ChoiceProps<Name extends string> {
  label: string
  options: ReadonlyArray<{ name: Name; label: string }>
  chosen: Name
  onChange: (name: Name) => void
}

export function Choice<Name extends string>({ label, options, chosen, onChange }: ChoiceProps<Name>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw its own frame and legend
    <div role="group" aria-label={label} className="flex flex-wrap gap-1 rounded-xl bg-sunken p-1">
      {options.map((option) => (
        <button
          key={option.name}
          type="button"
          aria-pressed={option.name === chosen}
          onClick={() => onChange(option.name)}
          className={classes(
            'h-8 flex-1 whitespace-nowrap rounded-lg px-3 font-medium text-[0.8125rem] text-muted transition-colors hover:text-text',
            'aria-pressed:bg-surface aria-pressed:text-text aria-pressed:shadow-xs',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
