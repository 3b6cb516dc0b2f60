/** The text of a finished command, as the contract words it (agent.md section 9.2). */
import { OutputWindow } from './output-window.ts'

/** Both outputs of one command in bounded memory: 10 000 bytes of the first, 4000 of the second. */
export class CommandOutput {
  readonly stdout = new OutputWindow(6000, 4000)
  readonly stderr = new OutputWindow(2000, 2000)

  get total(): number {
    return this.stdout.total + this.stderr.total
  }
}

/** Standard output, then `STDERR:`, then `Exit code:` where it is not zero. A failing command is a result, not an error. */
export function commandResult(output: CommandOutput, exit: string | null): string {
  let text = output.stdout.text()
  const stderr = output.stderr.text()
  if (stderr !== '') text += `\nSTDERR:\n${stderr}`
  if (exit !== null) text += `\nExit code: ${exit}`
  return text === '' ? '(no output)' : text
}
