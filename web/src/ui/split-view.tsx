/** A list and what is chosen in it: side by side, on a phone one at a time. */
import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { classes } from './class-names.ts'
import { useTitle } from './page.tsx'

export interface SplitViewProps {
  title: string
  /** Beside the title. */
  actions?: ReactNode
  list: ReactNode
  /** What is chosen; nothing shows `empty` beside the list. */
  content?: ReactNode
  empty: ReactNode
  /** Back to the list, on a phone; with its words. */
  onBack: () => void
  back: string
}

export function SplitView({ title, actions, list, content, empty, onBack, back }: SplitViewProps) {
  useTitle(title)
  const chosen = content !== undefined && content !== null
  return (
    <div className="flex h-full">
      <section
        aria-label={title}
        className={classes(
          'flex h-full w-full shrink-0 flex-col border-line md:w-72 md:border-r',
          chosen && 'max-md:hidden',
        )}
      >
        <header className="flex min-h-14 flex-wrap items-center gap-1 px-4 py-2">
          <h1 className="min-w-0 flex-1 truncate font-semibold text-base tracking-tight">{title}</h1>
          {actions}
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-6">{list}</div>
      </section>
      <div className={classes('flex h-full min-w-0 flex-1 flex-col', !chosen && 'max-md:hidden')}>
        {chosen && (
          <div className="px-1.5 pt-1.5 md:hidden">
            <h1 className="sr-only">{title}</h1>
            <Button kind="quiet" small icon={ArrowLeft} onClick={onBack}>
              {back}
            </Button>
          </div>
        )}
        <div className="min-h-0 flex-1">{chosen ? content : empty}</div>
      </div>
    </div>
  )
}
