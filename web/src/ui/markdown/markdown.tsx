/** Markdown, loaded when the first of it is shown; until then its source, which reads well enough. */
import { lazy, Suspense } from 'react'
import { classes } from '../class-names.ts'

const Rendered = lazy(() => import('./rendered.tsx'))

export interface MarkdownProps {
  text: string
  /** More is coming: finished blocks are then not rendered again. */
  growing?: boolean
  className?: string
}

/** Rendered without raw HTML; links open elsewhere, and pictures of other hosts are links. */
export function Markdown({ text, growing = false, className }: MarkdownProps) {
  return (
    <div className={classes('markdown wrap-anywhere', className)}>
      <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
        <Rendered text={text} growing={growing} />
      </Suspense>
    </div>
  )
}
