/** The chat: sessions at the side, one conversation in the middle. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { onLiveEvent } from '../../api/live-events.ts'
import { queries } from '../../api/queries.ts'
import { useWords } from '../../language/words.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Conversation } from './conversation.tsx'
import { noteTurn } from './running-sessions.ts'
import { resumeSending } from './sending.ts'
import { SessionList } from './session-list.tsx'
import { keepSession, lastSession, newSessionKey } from './session-name.ts'
import { transcriptKey } from './transcript.ts'
import { words } from './words.ts'

export function ChatPage() {
  const t = useWords(words)
  const address = useSearch({ from: '/chat' })
  const navigate = useNavigate()
  const session = address.session ?? lastSession()
  const [listOpen, setListOpen] = useState(false)

  useEffect(() => keepSession(session), [session])
  useEffect(resumeSending, [])
  useEffect(
    () =>
      onLiveEvent((event) => {
        if (event.type !== 'turn' && event.type !== 'session_changed') return
        noteTurn(event)
        void queries.invalidateQueries({ queryKey: transcriptKey(String(event.session)) })
      }),
    [],
  )

  const open = (key: string, at?: number) => {
    setListOpen(false)
    void navigate({ to: '/chat', search: { session: key, ...(at === undefined ? {} : { at }) } })
  }
  const list = <SessionList current={session} onOpen={open} onNew={() => open(newSessionKey())} />
  return (
    <div className="flex h-full">
      <aside aria-label={t('sessions')} className="hidden w-72 shrink-0 border-line border-r lg:block">
        {list}
      </aside>
      <Dialog open={listOpen} onClose={() => setListOpen(false)} title={t('sessions')} kind="drawer">
        {list}
      </Dialog>
      <Conversation
        // A session has its own scroll position, draft and attachments.
        key={`${session} ${address.at ?? ''}`}
        session={session}
        at={address.at}
        onOpenList={() => setListOpen(true)}
        onNew={() => open(newSessionKey())}
        onGone={() => open('main')}
        onLatest={() => open(session)}
      />
    </div>
  )
}
