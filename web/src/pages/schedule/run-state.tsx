/** How a run ended, in a word. */
import { useWords } from '../../language/words.ts'
import { Badge, type Tone } from '../../ui/badge.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import type { Run } from './jobs.ts'
import { words } from './words.ts'

const TONES: Readonly<Record<Run['state'], Tone>> = {
  queued: 'neutral',
  running: 'accent',
  ok: 'ok',
  error: 'danger',
  timeout: 'danger',
  stopped: 'warn',
  skipped: 'neutral',
  missed: 'warn',
}

export function RunState({ state }: { state: Run['state'] }) {
  const t = useWords(words)
  return (
    <Badge tone={TONES[state]}>
      {state === 'running' && <Spinner className="size-3" />}
      {t(state)}
    </Badge>
  )
}
