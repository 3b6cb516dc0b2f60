/** The name of a session and what can be done with it. */
import { EllipsisVertical, PanelLeft, Pencil, SquarePen, Trash2 } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { answer, api } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import { useWords } from '../../language/words.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { noticeDone, noticeFailed } from '../../ui/notice.tsx'
import { transcriptKey } from './transcript.ts'
import { words } from './words.ts'

export interface ConversationHeaderProps {
  session: string
  /** What it is called on the screen. */
  title: string
  /** Its title as the gateway knows it. */
  ownTitle: string
  /** Something was said in it. */
  exists: boolean
  onOpenList: () => void
  onNew: () => void
  onGone: () => void
}

export function ConversationHeader(props: ConversationHeaderProps) {
  const { session, title, ownTitle, exists, onOpenList, onNew, onGone } = props
  const t = useWords(words)
  const [renaming, setRenaming] = useState(false)

  const remove = async () => {
    const agreed = await confirm({ title: t('deleteTitle'), text: t('deleteText'), action: t('delete') })
    if (!agreed) return
    try {
      await answer(api.DELETE('/api/sessions', { params: { query: { session } } }))
      noticeDone(t('deleted'))
      queries.removeQueries({ queryKey: transcriptKey(session) })
      await queries.invalidateQueries({ queryKey: ['sessions'] })
      onGone()
    } catch (error) {
      noticeFailed(error)
    }
  }
  return (
    <header className="flex h-14 shrink-0 items-center gap-1 border-line border-b px-2 sm:px-4">
      <IconButton icon={PanelLeft} label={t('openSessions')} onClick={onOpenList} className="lg:hidden" />
      <h1 className="min-w-0 flex-1 truncate px-2 font-semibold text-[0.9375rem]">{title}</h1>
      <IconButton icon={SquarePen} label={t('newChat')} onClick={onNew} className="lg:hidden" />
      {exists && (
        <Menu trigger={<IconButton icon={EllipsisVertical} label={t('sessionMenu')} />}>
          <MenuItem icon={Pencil} onSelect={() => setRenaming(true)}>
            {t('rename')}
          </MenuItem>
          <MenuLine />
          <MenuItem icon={Trash2} danger onSelect={() => void remove()}>
            {t('delete')}
          </MenuItem>
        </Menu>
      )}
      {renaming && <Rename session={session} title={ownTitle} onClose={() => setRenaming(false)} />}
    </header>
  )
}

function Rename({ session, title, onClose }: { session: string; title: string; onClose: () => void }) {
  const t = useWords(words)
  const form = useId()
  const [name, setName] = useState(title)
  const [busy, setBusy] = useState(false)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await answer(api.POST('/api/sessions', { body: { session, title: name.trim() } }))
      await queries.invalidateQueries({ queryKey: ['sessions'] })
      await queries.invalidateQueries({ queryKey: transcriptKey(session) })
      onClose()
    } catch (error) {
      noticeFailed(error)
      setBusy(false)
    }
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('renameTitle')}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={save}>
        <Field label={t('name')} hint={t('nameHint')}>
          <TextInput autoFocus maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Dialog>
  )
}
