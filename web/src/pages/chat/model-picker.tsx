/** Which model answers in this session. */
import { useQuery } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import { answer, api } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import { useWords } from '../../language/words.ts'
import { Menu, MenuChoice, MenuLabel, MenuLine } from '../../ui/menu.tsx'
import { noticeFailed } from '../../ui/notice.tsx'
import { transcriptKey } from './transcript.ts'
import { words } from './words.ts'

/** The models a person can choose. */
export function useModels() {
  return useQuery({ queryKey: ['models'], queryFn: () => answer(api.GET('/api/models')) })
}

export function ModelPicker({ session, chosen }: { session: string; chosen: string | null }) {
  const t = useWords(words)
  const { data } = useModels()
  if (!data) return null
  const choose = async (model: string) => {
    await answer(api.POST('/api/sessions', { body: { session, model } })).catch(noticeFailed)
    await queries.invalidateQueries({ queryKey: transcriptKey(session) })
  }
  const name = data.source === 'offline' && !chosen ? t('noModel') : shortName(chosen ?? data.primary)
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={t('modelOf', { name })}
          className="flex h-10 min-w-0 items-center gap-1 rounded-lg px-2.5 text-muted text-sm transition-colors hover:bg-hover hover:text-text"
        >
          <span className="truncate">{name}</span>
          <ChevronDown aria-hidden className="size-3.5 shrink-0" />
        </button>
      }
    >
      <MenuLabel>{t('model')}</MenuLabel>
      <MenuChoice chosen={chosen === null} onSelect={() => void choose('')}>
        {t('defaultModel')} <span className="text-muted">({shortName(data.primary)})</span>
      </MenuChoice>
      {data.source !== 'offline' && <MenuLine />}
      {data.source !== 'offline' &&
        data.models.map(({ ref, resting }) => (
          <MenuChoice key={ref} chosen={chosen === ref} onSelect={() => void choose(ref)}>
            {ref}
            {resting && <span className="text-muted"> · {t('resting')}</span>}
          </MenuChoice>
        ))}
    </Menu>
  )
}

/** The model without its provider. */
function shortName(ref: string): string {
  return ref.slice(ref.indexOf('/') + 1)
}
