/** One session: what was said, what is being said, and the place to say more. */
import { type DragEvent, useCallback, useEffect, useMemo, useState } from 'react'
import { useWords } from '../../language/words.ts'
import { useTitle } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/spinner.tsx'
import { Failed } from '../../ui/states.tsx'
import { Announcements } from './announcements.tsx'
import { useAttachments } from './attachments.ts'
import { Composer } from './composer.tsx'
import { ConversationHeader } from './conversation-header.tsx'
import { EmptyConversation } from './empty-conversation.tsx'
import { type Draft, forgetSending, type Sending, send, useSendings } from './sending.ts'
import { sessionName } from './session-name.ts'
import { type ShownExchange, Thread } from './thread.tsx'
import { type Exchange, exchangesOf, useTranscript } from './transcript.ts'
import { hasEnded } from './turn-view.ts'
import { words } from './words.ts'

export interface ConversationProps {
  session: string
  /** A message to begin at, from a search. */
  at: number | undefined
  onOpenList: () => void
  onNew: () => void
  /** The session was deleted. */
  onGone: () => void
  /** From the place of a search to the end. */
  onLatest: () => void
}

export function Conversation({ session, at, onOpenList, onNew, onGone, onLatest }: ConversationProps) {
  const t = useWords(words)
  const transcript = useTranscript(session, at)
  const sendings = useSendings(session)
  const pages = transcript.data?.pages
  const stored = useMemo(() => exchangesOf(pages ?? []), [pages])
  const exchanges = useMemo(() => withSendings(stored, sendings), [stored, sendings])
  const attachments = useAttachments()
  const drop = useDrop(attachments.add)
  const info = pages?.at(-1)
  const title = sessionName(t, session, info?.title)
  useTitle(title)

  useEffect(() => {
    for (const { key, turn } of sendings) {
      if (turn !== undefined && stored.some((exchange) => exchange.turn === turn)) forgetSending(key)
    }
  }, [sendings, stored])

  // biome-ignore lint/correctness/useExhaustiveDependencies: where `onLatest` leads depends on the session only
  const submit = useCallback(
    async (draft: Draft) => {
      if (at !== undefined) onLatest()
      await send(session, draft)
    },
    [session, at],
  )
  const busy = exchanges.find(({ turn, state, sending }) => turn !== null && !sending?.error && !hasEnded(state))
  return (
    <div className="relative flex min-w-0 flex-1 flex-col" {...drop.handlers}>
      <ConversationHeader
        session={session}
        title={title}
        ownTitle={info?.title ?? ''}
        exists={exchanges.length > 0}
        onOpenList={onOpenList}
        onNew={onNew}
        onGone={onGone}
      />
      {exchanges.length > 0 && !transcript.isPending ? (
        <Thread
          session={session}
          at={at}
          transcript={transcript}
          exchanges={exchanges}
          canReplace={!busy}
          onSend={submit}
          onLatest={onLatest}
        />
      ) : (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <div className="mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 py-6 sm:px-6">
            {transcript.isPending ? (
              <Skeleton lines={8} />
            ) : transcript.isError ? (
              <Failed error={transcript.error} onRetry={() => void transcript.refetch()} />
            ) : (
              <EmptyConversation onSuggest={(text) => void submit({ text, media: [] })} />
            )}
          </div>
        </div>
      )}
      <Composer
        session={session}
        model={info?.model ?? null}
        attachments={attachments}
        running={busy?.turn ?? null}
        onSend={submit}
      />
      <Announcements />
      {drop.over && (
        <div className="pointer-events-none absolute inset-3 z-20 flex items-center justify-center rounded-2xl border-2 border-accent border-dashed bg-accent-soft/90 font-medium text-accent-strong">
          {t('dropHere')}
        </div>
      )}
    </div>
  )
}

/** The stored exchanges, without those a message replaces, and the messages that are not among them yet. */
function withSendings(stored: readonly Exchange[], sendings: readonly Sending[]): ShownExchange[] {
  let shown: ShownExchange[] = [...stored]
  for (const sending of sendings) {
    const { key, turn, text, media, at, replaceFrom, error } = sending
    if (turn !== undefined && stored.some((exchange) => exchange.turn === turn)) continue
    if (replaceFrom !== undefined && !error) shown = shown.filter(({ seq }) => seq === undefined || seq < replaceFrom)
    shown.push({
      id: turn === undefined ? `sending:${key}` : `turn:${turn}`,
      turn: turn ?? null,
      seqs: [],
      question: { text, media, at },
      parts: [],
      state: 'accepted',
      error: null,
      usage: null,
      endedAt: null,
      sending,
    })
  }
  return shown
}

/** Files that are dropped anywhere on the conversation; the button of the composer is the other way. */
function useDrop(add: (files: Iterable<File>) => void) {
  const [over, setOver] = useState(false)
  const handlers = {
    onDragOver(event: DragEvent) {
      if (!event.dataTransfer.types.includes('Files')) return
      event.preventDefault()
      setOver(true)
    },
    onDragLeave(event: DragEvent) {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
    },
    onDrop(event: DragEvent) {
      setOver(false)
      if (event.dataTransfer.files.length === 0) return
      event.preventDefault()
      add(event.dataTransfer.files)
    },
  }
  return { over, handlers }
}
