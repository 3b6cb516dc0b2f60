/** The `log` port on Node: JSON lines in a rotating file of the home and to who watches, readable lines on stderr. */
import { humanLine, jsonLine, knownSecrets, type LogLevel, type LogStore, logTo } from '../../src/logs/index.ts'
import type { Log } from '../../src/platform.ts'
import { LogFile } from './log-file.ts'
import { lastLines } from './log-tail.ts'

export interface LogTarget {
  /** Rotated files stand beside it as `.YYYYMMDD-HHMMSS`. */
  path: string
  /** Bytes before it is rotated. */
  maxSize: number
  /** Rotated files that are older are removed. Default 3. */
  keepDays?: number
}

export interface NodeLogOptions {
  /** Nothing on stderr. */
  quiet?: boolean
  level?: LogLevel
  now?(): number
}

/** A log and how to end it. */
export interface NodeLog extends Log {
  /** What was written, and what is. */
  readonly lines: LogStore
  /**
   * Names the file (`null`: none). Lines from before the first call are kept for it; later calls change over. Throws what
   * the disk says, and changes nothing then.
   */
  to(target: LogTarget | null): void
  /** Closes the file. Lines after this go to stderr only. */
  close(): void
}

/** Lines kept while the config, which names the file, is not yet read. */
const KEPT = 200
const DAY_MS = 86_400_000

/**
 * Opens the log. Its file is private to its owner by the umask, which the caller sets.
 */
export function nodeLog({ quiet, level, now = Date.now }: NodeLogOptions = {}): NodeLog {
  const secrets = knownSecrets()
  const listeners = new Set<(line: string) => void>()
  let target: LogTarget | null | undefined
  let file: LogFile | undefined
  const early: string[] = []

  const write = (line: string) => {
    const masked = secrets.mask(line)
    try {
      file?.write(masked)
    } catch {
      // A full disk. The line is on stderr, and told to who watches.
    }
    for (const listener of listeners) listener(masked.trimEnd())
  }
  const log = logTo(
    (record) => {
      // Both before either is said: a field that cannot be written makes `logTo` say the line again without fields.
      const line = jsonLine(record)
      const human = quiet ? '' : secrets.mask(humanLine(record))
      if (human) process.stderr.write(human)
      if (target === undefined && early.length < KEPT) early.push(line)
      else write(line)
    },
    now,
    level,
  )
  return {
    ...log,
    lines: {
      // Masked again: another program may have written them, or they are older than what is known of secrets.
      recent: async (limit) => (target ? (await lastLines(target.path, limit)).map(secrets.mask) : []),
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      hide: (texts) => secrets.hide(texts),
    },
    to(next) {
      const same = (['path', 'maxSize', 'keepDays'] as const).every((name) => next?.[name] === target?.[name])
      if (target !== undefined && same) return
      // The new one first: when it cannot be opened, the old one stays.
      const opened = next
        ? new LogFile({ path: next.path, maxSize: next.maxSize, keepMs: (next.keepDays ?? 3) * DAY_MS, now })
        : undefined
      file?.close()
      file = opened
      target = next
      for (const line of early.splice(0)) write(line)
    },
    close() {
      file?.close()
      file = undefined
    },
  }
}
