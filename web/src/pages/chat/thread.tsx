/** The exchanges of a session, from the newest upwards: stays at the end while an answer grows, loads more on demand. */
import { ArrowDown } from 'lucide-react'
import { type RefObject, useEffect, useRef } from 'react'
import { useStickToBottom } from 'use-stick-to-bottom'
import { useWords } from '../../language/words.ts'
import { IconButton } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { ExchangeView } from './exchange-view.tsx'
import type { Draft, Sending } from './sending.ts'
import type { Exchange, useTranscript } from './transcript.ts'
import { useSentinel } from './use-sentinel.ts'
import { words } from './words.ts'

export type ShownExchange = Exchange & { sending?: Sending }

export interface ThreadProps {
  session: string
  /** A message to begin at, from a search. */
  at: number | undefined
  transcript: ReturnType<typeof useTranscript>
  exchanges: readonly ShownExchange[]
  /** No answer is being written. */
  canReplace: boolean
  onSend: (draft: Draft) => Promise<void>
  /** From the place of a search to the end. */
  onLatest: () => void
}

export function Thread({ session, at, transcript, exchanges, canReplace, onSend, onLatest }: ThreadProps) {
  const t = useWords(words)
  const { scrollRef, contentRef, isAtBottom, scrollToBottom } = useStickToBottom({
    resize: 'instant',
    initial: at === undefined ? 'instant' : false,
  })
  const idle = !transcript.isFetching
  const earlier = useSentinel(transcript.hasPreviousPage && idle, () => void transcript.fetchPreviousPage())
  const later = useSentinel(transcript.hasNextPage && idle, () => void transcript.fetchNextPage())
  const found = useFound(at)
  const sent = exchanges.findLast(({ sending }) => sending)?.sending?.key
  // Who sends wants to see the answer, wherever they had scrolled to.
  useEffect(() => {
    if (sent) void scrollToBottom('instant')
  }, [sent, scrollToBottom])

  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scrollRef}
        aria-label={t('conversation')}
        tabIndex={0}
        className="h-full overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div ref={contentRef} className="mx-auto w-full max-w-3xl px-4 pt-6 sm:px-6">
          <div ref={earlier} className="flex justify-center">
            {transcript.isFetchingPreviousPage && (
              <span role="status" className="p-2 text-muted">
                <Spinner />
                <span className="sr-only">{t('loadEarlier')}</span>
              </span>
            )}
          </div>
          {exchanges.map((exchange, index) => (
            <div key={exchange.id} ref={at !== undefined && exchange.seqs.includes(at) ? found : undefined}>
              <ExchangeView
                session={session}
                exchange={exchange}
                sending={exchange.sending}
                last={index === exchanges.length - 1}
                canReplace={canReplace}
                onSend={onSend}
              />
            </div>
          ))}
          <div ref={later} />
        </div>
      </section>
      {!isAtBottom && (
        <IconButton
          icon={ArrowDown}
          label={t('toEnd')}
          kind="plain"
          small
          onClick={() => (at === undefined ? void scrollToBottom() : onLatest())}
          className="-translate-x-1/2 absolute bottom-3 left-1/2 rounded-full shadow-float"
        />
      )}
    </div>
  )
}

/** Scrolls to the message of a search and marks it for a moment. */
function useFound(at: number | undefined): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (at === undefined) return
    const found = element.current
    found?.scrollIntoView({ block: 'center' })
    found?.classList.add('found')
    const timer = setTimeout(() => found?.classList.remove('found'), 2500)
    return () => clearTimeout(timer)
  }, [at])
  return element
}
