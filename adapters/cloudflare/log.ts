/** The `log` port on Workers: JSON lines to the console, where Workers Logs and `wrangler tail` read them. */
import { jsonLine, type LogLevel, logTo } from '../../src/logs/index.ts'
import type { Log } from '../../src/platform.ts'

/** One console call a line, by its level, so that the platform's own filters work. */
export function consoleLog(level: LogLevel = 'info'): Log {
  return logTo(
    (record) => {
      const line = jsonLine(record).trimEnd()
      if (record.level === 'error' || record.level === 'fatal') console.error(line)
      else if (record.level === 'warning') console.warn(line)
      else console.log(line)
    },
    Date.now,
    level,
  )
}
