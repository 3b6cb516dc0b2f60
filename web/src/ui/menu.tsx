/** A button that opens a list of actions. */
import { Check, type LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { classes } from './class-names.ts'
import { useDialogSurface } from './dialog.tsx'

const ITEM =
  'flex cursor-default select-none items-center gap-2.5 rounded-md px-2.5 py-2 text-sm outline-none data-[highlighted]:bg-hover data-[disabled]:opacity-50'

export interface MenuProps {
  /** One button. */
  trigger: ReactNode
  /** The side of the button that the list lines up with. */
  align?: 'start' | 'end'
  /** MenuItem, MenuChoice, MenuLabel and MenuLine. */
  children: ReactNode
}

export function Menu({ trigger, align = 'end', children }: MenuProps) {
  const surface = useDialogSurface()
  return (
    // Not modal: that would lock the page's scrolling with a style element, and nothing here needs it.
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal container={surface}>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-40 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 max-w-80 overflow-y-auto rounded-xl border border-line bg-surface p-1 text-text shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export interface MenuItemProps {
  icon?: LucideIcon
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
  children: ReactNode
}

export function MenuItem({ icon: Icon, onSelect, danger, disabled, children }: MenuItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      disabled={disabled ?? false}
      className={classes(ITEM, danger && 'text-danger')}
    >
      {Icon && <Icon aria-hidden className="size-4 shrink-0 opacity-80" />}
      <span className="min-w-0 flex-1 truncate">{children}</span>
    </DropdownMenu.Item>
  )
}

/** One of several, of which one holds. */
export function MenuChoice({
  chosen,
  onSelect,
  children,
}: {
  chosen: boolean
  onSelect: () => void
  children: ReactNode
}) {
  return (
    <DropdownMenu.CheckboxItem checked={chosen} onSelect={onSelect} className={ITEM}>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {chosen && <Check aria-hidden className="size-4 shrink-0 text-accent" />}
    </DropdownMenu.CheckboxItem>
  )
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-muted text-xs">{children}</DropdownMenu.Label>
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />
}
