/** How a failed command speaks: one line on what went wrong, then what to do next. */
import { styleText } from 'node:util'
import { CommanderError } from 'commander'
import { GatewayError } from '../../../src/errors.ts'

export interface CliErrorOptions {
  /** The command or change that helps, shown on a line of its own. */
  next?: string
  /** Default 1. 2: wrong usage; 3: the home is in use or the gateway is not running; 130: Ctrl-C. */
  exitCode?: number
  cause?: unknown
}

/** A failure that the person at the terminal can act on. */
export class CliError extends Error {
  readonly next: string | undefined
  readonly exitCode: number

  constructor(message: string, options: CliErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CliError'
    this.next = options.next
    this.exitCode = options.exitCode ?? 1
  }
}

/** The text for stderr; empty when it has been said already. The stack only with CLAWGO_DEBUG. */
export function explain(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  // commander prints its own errors and help.
  if (error instanceof CommanderError) return ''
  if (env.CLAWGO_DEBUG) return error instanceof Error ? (error.stack ?? error.message) : String(error)
  const message = error instanceof Error ? error.message : String(error)
  const line = `${styleText('red', 'Error:', { stream: process.stderr })} ${message.trim() || 'unknown failure'}`
  if (error instanceof CliError) return error.next ? `${line}\n${error.next}` : line
  if (error instanceof GatewayError) return line
  return `${line}\nSet CLAWGO_DEBUG=1 to see where it comes from.`
}

/** The exit code of a failed command, never 0 except for `--help` and `--version`. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return 1
}
