/** The beginning of a conversation: without a model how to connect one, else some first words. */
import { lazy, Suspense, useState } from 'react'
import { useWords } from '../../language/words.ts'
import { Skeleton } from '../../ui/spinner.tsx'
import { useModels } from './model-picker.tsx'
import { words } from './words.ts'

const FirstStart = lazy(() => import('./first-start.tsx').then((module) => ({ default: module.FirstStart })))
const IDEAS = ['idea1', 'idea2', 'idea3'] as const

export function EmptyConversation({ onSuggest }: { onSuggest: (text: string) => void }) {
  const t = useWords(words)
  const { data } = useModels()
  // The form stays until the new model has answered, although the gateway names it already.
  const [connecting, setConnecting] = useState(false)
  if (!data) return <Skeleton />
  if (data.source === 'offline' || connecting) {
    return (
      <Suspense fallback={<Skeleton />}>
        <FirstStart onBegin={() => setConnecting(true)} onDone={() => setConnecting(false)} />
      </Suspense>
    )
  }
  return (
    <div className="flex flex-1 flex-col items-center justify-center py-10 text-center">
      <img src="/console/icon.svg" alt="" className="mb-5 size-12" />
      <h2 className="font-semibold text-2xl tracking-tight">{t('emptyTitle')}</h2>
      <p className="mt-2 max-w-md text-muted text-sm leading-relaxed">{t('emptyText')}</p>
      <ul className="mt-8 flex w-full max-w-md flex-col gap-2">
        {IDEAS.map((idea) => (
          <li key={idea}>
            <button
              type="button"
              onClick={() => onSuggest(t(idea))}
              className="w-full rounded-xl border border-line bg-surface px-4 py-3 text-left text-sm transition-colors hover:border-line-strong hover:bg-hover"
            >
              {t(idea)}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
