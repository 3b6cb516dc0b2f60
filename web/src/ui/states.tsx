/** A place with nothing in it, and a place that could not be filled. */
import { CircleAlert, type LucideIcon, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { failureText } from '../api/failure.ts'
import { catalogue, useWords } from '../language/words.ts'
import { Button } from './button.tsx'
import { classes } from './class-names.ts'

const words = catalogue({ failed: ['This could not be loaded', '无法加载'], again: ['Try again', '重试'] })

export interface EmptyProps {
  icon: LucideIcon
  title: ReactNode
  /** What will be here, and how it comes. */
  text?: ReactNode
  action?: ReactNode
  className?: string
}

/** Nothing is here yet. */
export function Empty({ icon: Icon, title, text, action, className }: EmptyProps) {
  return (
    <div className={classes('flex flex-col items-center justify-center px-6 py-14 text-center', className)}>
      <span className="mb-4 flex size-12 items-center justify-center rounded-2xl bg-sunken text-muted">
        <Icon aria-hidden className="size-6" />
      </span>
      <h2 className="font-semibold text-base">{title}</h2>
      {text && <p className="mt-1.5 max-w-md text-muted text-sm leading-relaxed">{text}</p>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}

/** A request failed; says why in the gateway's words. */
export function Failed({ error, onRetry, className }: { error: unknown; onRetry?: () => void; className?: string }) {
  const t = useWords(words)
  return (
    <div role="alert" className={classes('flex flex-col items-center px-6 py-10 text-center', className)}>
      <CircleAlert aria-hidden className="mb-3 size-6 text-danger" />
      <h2 className="font-semibold text-base">{t('failed')}</h2>
      <p className="wrap-anywhere mt-1 max-w-lg text-muted text-sm">{failureText(error)}</p>
      {onRetry && (
        <Button className="mt-4" icon={RotateCw} onClick={onRetry}>
          {t('again')}
        </Button>
      )}
    </div>
  )
}
