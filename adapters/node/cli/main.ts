/** Entry of the command line: parses, runs, and turns whatever goes wrong into one line and an exit code. */

import { exitCodeOf, explain } from './failure.ts'
import { buildProgram } from './program.ts'

/** Runs the command line `argv` (as in `process.argv`) and sets the exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that went away (`clawgo config get | head -1`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  try {
    await buildProgram().parseAsync([...argv])
  } catch (error) {
    const text = explain(error, process.env)
    if (text) console.error(text)
    process.exitCode = exitCodeOf(error)
  }
}
