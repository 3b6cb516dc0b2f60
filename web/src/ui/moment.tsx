/** A point in time, short; the whole of it as a tooltip. */
import { useFormat } from '../language/format.ts'

/** `at` in ms since the epoch. `relative` says how long ago. */
export function Moment({ at, relative, className }: { at: number; relative?: boolean; className?: string }) {
  const format = useFormat()
  return (
    <time dateTime={new Date(at).toISOString()} title={format.full(at)} className={className}>
      {relative ? format.relative(at) : format.moment(at)}
    </time>
  )
}
