/** Failures of commands that need a home for themselves, as the command line tells them. */
import { GatewayError } from '../../../src/errors.ts'
import { CliError } from './failure.ts'

/** Throws what was thrown, with the exit code and the next step that belong to it. */
export function asCliError(error: unknown): never {
  if (!(error instanceof GatewayError)) throw error
  if (error.code === 'home_in_use') {
    throw new CliError('A gateway runs on this home.', {
      next: 'Stop it first: clawgo gateway stop',
      exitCode: 3,
      cause: error,
    })
  }
  throw new CliError(error.message, { exitCode: error.code === 'no_home' ? 2 : 1, cause: error })
}
