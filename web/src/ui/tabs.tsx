/** Several views of one thing, one at a time. */
import { Tabs as Primitive } from 'radix-ui'
import type { ReactNode } from 'react'
import { classes } from './class-names.ts'

export interface Tab<Name extends string> {
  name: Name
  label: ReactNode
  content: ReactNode
}

export interface TabsProps<Name extends string> {
  tabs: ReadonlyArray<Tab<Name>>
  current: Name
  onChange: (name: Name) => void
  /** What the tabs are about, for screen readers. */
  label: string
  className?: string
}

export function Tabs<Name extends string>({ tabs, current, onChange, label, className }: TabsProps<Name>) {
  return (
    <Primitive.Root
      value={current}
      onValueChange={(name) => onChange(name as Name)}
      className={classes('flex min-h-0 flex-col', className)}
    >
      <Primitive.List aria-label={label} className="flex gap-1 overflow-x-auto border-line border-b">
        {tabs.map(({ name, label: text }) => (
          <Primitive.Trigger
            key={name}
            value={name}
            className={classes(
              '-mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 font-medium text-muted text-sm hover:text-text',
              'focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:text-text',
            )}
          >
            {text}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {tabs.map(({ name, content }) => (
        <Primitive.Content key={name} value={name} className="min-h-0 flex-1 pt-4">
          {content}
        </Primitive.Content>
      ))}
    </Primitive.Root>
  )
}
