/** What is not saved yet, at the foot of the form. */
import { Save } from 'lucide-react'
import { useWords } from '../../language/words.ts'
import { Button } from '../../ui/button.tsx'
import { words } from './words.ts'

export interface SaveBarProps {
  count: number
  busy: boolean
  /** The gateway refused: what stands at no field. */
  refused: readonly string[] | undefined
  onUndo: () => void
  onSave: () => void
}

export function SaveBar({ count, busy, refused, onUndo, onSave }: SaveBarProps) {
  const t = useWords(words)
  return (
    <div className="sticky bottom-4 z-10 rounded-2xl border border-line-strong bg-surface p-3 shadow-float">
      {refused && (
        <div role="alert" className="mb-3 rounded-lg bg-danger-soft px-3 py-2 text-danger text-sm">
          <p className="font-medium">{t('refused')}</p>
          {refused.map((line) => (
            <p key={line} className="wrap-anywhere">
              {line}
            </p>
          ))}
        </div>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <span role="status" className="mr-auto pl-1 text-sm">
          {t('pending', { n: count })}
        </span>
        <Button small onClick={onUndo}>
          {t('undo')}
        </Button>
        <Button small kind="primary" icon={Save} busy={busy} onClick={onSave}>
          {t('save')}
        </Button>
      </div>
    </div>
  )
}
