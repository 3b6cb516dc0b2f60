/**
 * The `log` port on Workers: JSON lines to the console, where Workers Logs and `wrangler tail` read them; those of a
 * Gateway also into its database, where its API reads them.
 */
import type { LogRecord } from '@logtape/logtape'
import {
  jsonLine,
  KeptLines,
  type KeptLinesSettings,
  knownSecrets,
  type LogLevel,
  type LogStore,
  logTo,
} from '../../src/logs/index.ts'
import type { Database, Log } from '../../src/platform.ts'

/** The log of one Gateway object. */
export interface ObjectLog extends Log {
  /** What was written, and what is. */
  readonly lines: LogStore
  /** Takes over `logging.*` of the config. */
  follow(settings: KeptLinesSettings): void
}

/** One console call a line, by its level, so that the platform's own filters work. */
export function consoleLog(level: LogLevel = 'info'): Log {
  return logTo((record) => toConsole(record, jsonLine(record).trimEnd()), Date.now, level)
}

/** A log that goes to the console, into the database, and to who watches. */
export function objectLog(db: Database, level: LogLevel = 'info'): ObjectLog {
  const secrets = knownSecrets()
  const kept = new KeptLines({ db, now: Date.now })
  const listeners = new Set<(line: string) => void>()
  const log = logTo(
    (record) => {
      const line = secrets.mask(jsonLine(record)).trimEnd()
      toConsole(record, line)
      kept.add(line, record.level === 'error' || record.level === 'fatal')
      for (const listener of listeners) listener(line)
    },
    Date.now,
    level,
  )
  return {
    ...log,
    lines: {
      // Masked again: the first lines of a life are older than what is known of secrets.
      recent: async (limit) => kept.recent(limit).map(secrets.mask),
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      hide: (texts) => secrets.hide(texts),
    },
    follow: (settings) => kept.follow(settings),
  }
}

function toConsole(record: LogRecord, line: string): void {
  if (record.level === 'error' || record.level === 'fatal') console.error(line)
  else if (record.level === 'warning') console.warn(line)
  else console.log(line)
}
