/** Waiting for something to happen in a background command: new output, a phrase, its end. */
import type { BackgroundSession } from './background.ts'

export interface Watch {
  patterns: readonly string[]
  caseSensitive: boolean
  /** Position in the output to look from. */
  offset: number
  timeoutMs: number
  intervalMs: number
  signal: AbortSignal
}

export type WatchResult =
  | { outcome: 'matched'; pattern: string; next: number }
  | { outcome: 'exited' | 'timed_out'; next: number }

/** Looks for the first of `patterns` (plain text) every `intervalMs` until one appears, the command ends or time is up. */
export async function watch(session: BackgroundSession, options: Watch): Promise<WatchResult> {
  const needles = options.patterns.map((pattern) => ({ pattern, forms: forms(pattern, options.caseSensitive) }))
  const longest = Math.max(...needles.flatMap(({ forms }) => forms.map((form) => form.length)))
  const deadline = performance.now() + options.timeoutMs
  let from = options.offset
  for (;;) {
    const done = session.endedAt !== null
    const { bytes, offset } = session.output.bytes(from)
    const haystack = fold(letters(bytes), options.caseSensitive)
    let first: { pattern: string; end: number } | null = null
    for (const { pattern, forms } of needles) {
      for (const form of forms) {
        const at = haystack.indexOf(form)
        if (at >= 0 && (first === null || at + form.length < first.end)) first = { pattern, end: at + form.length }
      }
    }
    if (first !== null) return { outcome: 'matched', pattern: first.pattern, next: offset + first.end }
    if (done) return { outcome: 'exited', next: session.output.end }
    const left = deadline - performance.now()
    if (left <= 0) return { outcome: 'timed_out', next: session.output.end }
    // A phrase may arrive in two pieces.
    from = Math.max(offset, offset + bytes.byteLength - longest + 1)
    await pause(session, Math.min(options.intervalMs, left), options.signal)
  }
}

/** Resolves after `ms` or when the command ends, whichever is first; rejects when the turn is stopped. */
export async function pause(session: BackgroundSession, ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  let settle = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await new Promise<void>((resolve) => {
      settle = resolve
      timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', settle, { once: true })
      session.ended.then(resolve)
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', settle)
  }
  signal.throwIfAborted()
}

/** One character a byte, so that positions in the text are positions in the output. */
const letters = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

const fold = (text: string, caseSensitive: boolean) =>
  caseSensitive ? text : text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase())

/** Beyond ASCII, folding bytes would change other characters: look for the common spellings instead. */
function forms(pattern: string, caseSensitive: boolean): string[] {
  const spellings = caseSensitive ? [pattern] : [pattern, pattern.toLowerCase(), pattern.toUpperCase()]
  const encoded = spellings.map((spelling) => fold(letters(new TextEncoder().encode(spelling)), caseSensitive))
  return [...new Set(encoded)]
}
