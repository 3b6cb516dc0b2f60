/** The `log` port (src/platform.ts) over a LogTape sink. */
import type { LogRecord, Sink } from '@logtape/logtape'
import type { Log } from '../platform.ts'
import { withoutSecretFields } from './redaction.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const ORDER: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/**
 * A log whose records reach `sink` without secret fields. The sink is called directly, not through LogTape's global
 * configuration: several gateways may live in one process, and a `{brace}` in a message is no template.
 *
 * @param least Lines below this level cost one comparison and go nowhere.
 */
export function logTo(sink: Sink, now: () => number, least: LogLevel = 'info'): Log {
  const redacted = withoutSecretFields(sink)
  const at = (level: LogLevel, name: LogRecord['level']) => {
    if (ORDER.indexOf(level) < ORDER.indexOf(least)) return () => {}
    return (message: string, fields: Record<string, unknown> = {}) => {
      try {
        redacted({
          category: ['gateway'],
          level: name,
          message: [message],
          rawMessage: Object.assign([message], { raw: [message] }),
          timestamp: now(),
          properties: fields,
        })
      } catch {
        // A field that cannot be written, or a full disk, must not fail the work that wanted to say something.
      }
    }
  }
  return {
    debug: at('debug', 'debug'),
    info: at('info', 'info'),
    warn: at('warn', 'warning'),
    error: at('error', 'error'),
  }
}
