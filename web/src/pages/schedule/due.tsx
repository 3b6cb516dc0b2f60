/** When something comes next: how long until then, or the day where that says little. */
import { Moment } from '../../ui/moment.tsx'

const DAY_MS = 86_400_000

/** `at` in ms since the epoch. */
export function Due({ at, className }: { at: number; className?: string }) {
  return <Moment at={at} relative={at - Date.now() < DAY_MS} {...(className && { className })} />
}
