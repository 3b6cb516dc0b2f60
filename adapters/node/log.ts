/** The `log` port on Node: JSON lines in a rotating file of the home, readable lines on stderr. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { getRotatingFileSink } from '@logtape/file'
import type { LogRecord, Sink } from '@logtape/logtape'
import { humanLine, jsonLine, type LogLevel, logTo } from '../../src/logs/index.ts'
import type { Log } from '../../src/platform.ts'

export interface LogFile {
  /** Rotated files stand beside it as `.1`, `.2`, ... */
  path: string
  /** Bytes before it is rotated. */
  maxSize: number
}

export interface NodeLogOptions {
  /** Nothing on stderr. */
  quiet?: boolean
  level?: LogLevel
  now?(): number
}

/** A log and how to end it. */
export interface NodeLog extends Log {
  /**
   * Names the file (`null`: none). Lines from before the first call are kept for it; later calls change over. Throws what
   * the disk says, and changes nothing then.
   */
  to(file: LogFile | null): void
  /** Closes the file. Lines after this go to stderr only. */
  close(): void
}

/** Lines kept while the config, which names the file, is not yet read. */
const KEPT = 200
const OLD_FILES = 4

/**
 * Opens the log. Its file is private to its owner by the umask, which the caller sets.
 */
export function nodeLog({ quiet, level, now = Date.now }: NodeLogOptions = {}): NodeLog {
  let current: LogFile | null | undefined
  let sink: (Sink & Disposable) | undefined
  let kept: LogRecord[] = []

  const close = () => {
    sink?.[Symbol.dispose]()
    sink = undefined
  }
  const log = logTo(
    (record) => {
      if (sink) sink(record)
      else if (current === undefined && kept.length < KEPT) kept.push(record)
      if (!quiet) process.stderr.write(humanLine(record))
    },
    now,
    level,
  )
  return {
    ...log,
    to(file) {
      if (current !== undefined && file?.path === current?.path && file?.maxSize === current?.maxSize) return
      // The new one first: when it cannot be opened, the old one stays.
      const next = file ? open(file) : undefined
      close()
      current = file
      sink = next
      for (const record of kept) sink?.(record)
      kept = []
    },
    close,
  }
}

function open({ path, maxSize }: LogFile): Sink & Disposable {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // Unbuffered: lines are rare at the usual level, and the last one before a crash is the one that is looked for.
  return getRotatingFileSink(path, { maxSize, maxFiles: OLD_FILES, formatter: jsonLine, bufferSize: 0 })
}
