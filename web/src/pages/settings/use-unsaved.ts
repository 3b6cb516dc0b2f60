/** Asks before what was typed is lost. */
import { useBlocker } from '@tanstack/react-router'
import { useWords } from '../../language/words.ts'
import { confirm } from '../../ui/confirm.tsx'
import { words } from './words.ts'

/** While `unsaved`, leaving the page, or its view, is asked about; a search in it is not. */
export function useUnsaved(unsaved: boolean): void {
  const t = useWords(words)
  useBlocker({
    enableBeforeUnload: () => unsaved,
    shouldBlockFn: async ({ current, next }) => {
      const tabOf = ({ search }: { search: object }) => (search as { tab?: string }).tab ?? 'form'
      const stays = current.pathname === next.pathname && tabOf(current) === tabOf(next)
      return unsaved && !stays && !(await confirm({ title: t('leave'), text: t('leaveText'), action: t('discard') }))
    },
  })
}
