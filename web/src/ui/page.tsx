/** The frame of a page: its heading with actions, a body that scrolls, and cards in it. */
import { type ReactNode, useEffect, useId } from 'react'
import { classes } from './class-names.ts'

export interface PageProps {
  title: string
  /** One line on what the page is for. */
  lead?: ReactNode
  actions?: ReactNode
  /** Uses the whole width (tables, editors) instead of a readable column. */
  wide?: boolean
  children: ReactNode
}

export function Page({ title, lead, actions, wide, children }: PageProps) {
  useTitle(title)
  return (
    <div className="h-full overflow-y-auto">
      <div className={classes('mx-auto w-full px-4 pt-6 pb-16 sm:px-8', wide ? 'max-w-7xl' : 'max-w-4xl')}>
        <header className="mb-6 flex flex-wrap items-start gap-x-4 gap-y-3">
          <div className="min-w-0 flex-1 basis-64">
            <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
            {lead && <p className="mt-1 text-muted text-sm leading-relaxed">{lead}</p>}
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  )
}

/** Names the browser's tab after the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ClawGo`
  }, [title])
}

export interface CardProps {
  title?: ReactNode
  text?: ReactNode
  actions?: ReactNode
  className?: string
  children?: ReactNode
}

/** A part of a page. */
export function Card({ title, text, actions, className, children }: CardProps) {
  const id = useId()
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={classes('rounded-2xl border border-line bg-surface p-5', className)}
    >
      {(title || actions) && (
        <div className="mb-4 flex flex-wrap items-start gap-3">
          <div className="min-w-0 flex-1">
            {title && (
              <h2 id={id} className="font-semibold text-[0.9375rem]">
                {title}
              </h2>
            )}
            {text && <p className="mt-0.5 text-muted text-sm">{text}</p>}
          </div>
          {actions}
        </div>
      )}
      {children}
    </section>
  )
}
