/** What a screen reader hears of an answer: that it began, and its text once it is whole. */
import { watchedValue } from '../../app/watched-value.ts'

const announcement = watchedValue('')

/** Says something to screen readers. */
export function announce(text: string): void {
  announcement.set(text)
}

/** The place where it is said; once a conversation. */
export function Announcements() {
  return (
    <p role="status" aria-live="polite" className="sr-only">
      {announcement.use()}
    </p>
  )
}
