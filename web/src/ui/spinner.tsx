/** Something is on its way. */
import { LoaderCircle } from 'lucide-react'
import { catalogue, useWords } from '../language/words.ts'
import { classes } from './class-names.ts'

const words = catalogue({ loading: ['Loading', '正在加载'] })

/** A turning circle; silent, for places whose words say the rest. */
export function Spinner({ className }: { className?: string }) {
  return <LoaderCircle aria-hidden className={classes('size-4 animate-spin', className)} />
}

/** The whole place is loading. */
export function Loading({ className }: { className?: string }) {
  const t = useWords(words)
  return (
    <div role="status" className={classes('flex items-center justify-center gap-2 p-10 text-muted text-sm', className)}>
      <Spinner />
      <span>{t('loading')} …</span>
    </div>
  )
}

/** Grey bars where lines of text will be. */
export function Skeleton({ lines = 3, className }: { lines?: number; className?: string }) {
  const t = useWords(words)
  return (
    <div role="status" aria-label={t('loading')} className={classes('space-y-3 p-4', className)}>
      {Array.from({ length: lines }, (_, line) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
          key={line}
          className={classes('h-3.5 animate-pulse rounded bg-line', line % 3 === 2 ? 'w-2/3' : 'w-full')}
        />
      ))}
    </div>
  )
}
