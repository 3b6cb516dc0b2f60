/** A question and its answer, while it is written and afterwards. */
import { memo, useEffect, useRef } from 'react'
import { queries } from '../../api/queries.ts'
import { useWords } from '../../language/words.ts'
import { announce } from './announcements.tsx'
import { AnswerView } from './answer-view.tsx'
import { seenOf, useLiveTurn } from './live-turns.ts'
import { QuestionView } from './question-view.tsx'
import type { Draft, Sending } from './sending.ts'
import { type Exchange, transcriptKey } from './transcript.ts'
import { hasEnded, textOf } from './turn-view.ts'
import { words } from './words.ts'

export interface ExchangeViewProps {
  session: string
  exchange: Exchange
  /** The message on its way, as long as the transcript does not have it. */
  sending: Sending | undefined
  last: boolean
  /** No answer is being written, so messages can be taken back. */
  canReplace: boolean
  onSend: (draft: Draft) => Promise<void>
}

export const ExchangeView = memo(function ExchangeView(props: ExchangeViewProps) {
  const { session, exchange, sending, last, canReplace, onSend } = props
  const { turn, question, seq } = exchange
  const follows = turn !== null && !hasEnded(exchange.state)
  const live = useLiveTurn(follows ? turn : null, () => {
    void queries.invalidateQueries({ queryKey: transcriptKey(session) })
    void queries.invalidateQueries({ queryKey: ['sessions'] })
  })
  const seen = follows ? live : turn === null ? null : seenOf(turn)
  // What was seen of a turn to its end says more than what is stored of it (thoughts), and must not jump.
  const shown = seen && (follows || hasEnded(seen.state)) ? { ...exchange, ...seen } : exchange
  useAnnouncement(follows, shown.state, shown.parts)

  const replace =
    seq === undefined || !canReplace || sending ? undefined : (draft: Draft) => onSend({ ...draft, replaceFrom: seq })
  return (
    <article className="exchange space-y-5 pb-8">
      {question && <QuestionView question={question} sending={sending} onReplace={replace} />}
      {(turn !== null || shown.parts.length > 0) && (
        <AnswerView
          answer={shown}
          last={last}
          onRetry={question && replace ? () => void replace({ text: question.text, media: question.media }) : undefined}
        />
      )}
    </article>
  )
})

function useAnnouncement(follows: boolean, state: Exchange['state'], parts: Exchange['parts']): void {
  const t = useWords(words)
  const begun = useRef(false)
  useEffect(() => {
    if (follows && !hasEnded(state) && !begun.current) {
      begun.current = true
      announce(t('answerBegun'))
    } else if (begun.current && hasEnded(state)) {
      begun.current = false
      announce(t('answerDone', { text: textOf(parts).slice(0, 2000) }))
    }
  }, [follows, state, parts, t])
}
