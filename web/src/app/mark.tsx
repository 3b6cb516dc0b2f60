/** The product's mark and name. */
import { classes } from '../ui/class-names.ts'

export function Mark({ iconOnly, className }: { iconOnly?: boolean; className?: string }) {
  return (
    <span className={classes('flex items-center gap-2.5', className)}>
      <img src="/console/icon.svg" alt="" width={28} height={28} className="size-7" />
      <span className={classes('font-semibold text-[0.9375rem] tracking-tight', iconOnly && 'sr-only')}>ClawGo</span>
    </span>
  )
}
