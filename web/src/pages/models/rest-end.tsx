/** Until when a credential rests. */
import { useFormat } from '../../language/format.ts'
import { useWords } from '../../language/words.ts'
import { words } from './words.ts'

export function RestEnd({ at }: { at: number }) {
  const t = useWords(words)
  const format = useFormat()
  return (
    <span title={format.full(at)} className="font-normal text-muted text-xs">
      {t('until', { time: format.moment(at) })}
    </span>
  )
}
