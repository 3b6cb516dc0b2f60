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
    const say = (message: string, properties: Record<string, unknown>) =>
      redacted({
        category: ['gateway'],
        level: name,
        message: [message],
        rawMessage: Object.assign([message], { raw: [message] }),
        timestamp: now(),
        properties,
      })
    return (message: string, fields: Record<string, unknown> = {}) => {
      // A field that cannot be written must not cost the line; nor a full disk the work that wanted to say something.
      if (!attempt(() => say(message, fields))) attempt(() => say(message, {}))
    }
  }
  return {
    debug: at('debug', 'debug'),
    info: at('info', 'info'),
    warn: at('warn', 'warning'),
    error: at('error', 'error'),
  }
}

function attempt(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
