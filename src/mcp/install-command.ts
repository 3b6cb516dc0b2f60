/** Runs one command of an installer to its end and keeps what it said. */
import { GatewayError } from '../errors.ts'
import type { Processes } from '../platform.ts'
import { commandEnvironment } from './commands.ts'

export interface CommandRun {
  /** Absolute. */
  command: string
  args: readonly string[]
  cwd: string
  timeoutMs: number
  /** Each line as it comes, from stdout and stderr. */
  line?: (text: string) => void
}

export interface CommandEnd {
  ok: boolean
  /** stdout. */
  stdout: string
  /** stdout and stderr in the order they came, without colours. */
  output: string
}

/** Characters of output that are kept, the last ones. */
const MAX_OUTPUT = 64 << 10

/** Resolves however the command ends; rejects when it cannot start, or (504) takes longer than its time. */
export async function runCommand(processes: Processes, run: CommandRun): Promise<CommandEnd> {
  const { command, args, cwd } = run
  const env = { ...commandEnvironment(processes), NO_COLOR: '1', CI: '1' }
  const child = processes.spawn({ command, args, cwd, env })
  child.stdin.close().catch(() => {})
  let late = false
  const timer = setTimeout(() => {
    late = true
    child.kill()
  }, run.timeoutMs)
  let output = ''
  let stdout = ''
  const keep = (text: string) => {
    output = (output + text).slice(-MAX_OUTPUT)
  }
  try {
    await Promise.all([
      eachLine(child.stdout, (line) => {
        stdout = (stdout + line).slice(-MAX_OUTPUT)
        keep(line)
        run.line?.(line.trimEnd())
      }),
      eachLine(child.stderr, (line) => {
        keep(line)
        run.line?.(line.trimEnd())
      }),
      child.exited,
    ])
    if (late) throw new GatewayError(504, 'install_timed_out', `not finished within ${run.timeoutMs / 60_000} minutes`)
    const { code } = await child.exited
    return { ok: code === 0, stdout: stdout.trim(), output: output.trim() }
  } finally {
    clearTimeout(timer)
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, use: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let rest = ''
  const take = (text: string) => {
    if (text.trim() !== '') use(`${plain(text)}\n`)
  }
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    // A progress bar returns without a new line.
    const lines = (rest + decoder.decode(next.value, { stream: true })).split(/\r\n|[\r\n]/)
    rest = lines.pop()!.slice(-MAX_OUTPUT)
    for (const line of lines) take(line)
  }
  take(rest)
}

/** Without the escape sequences of a terminal. */
const plain = (text: string) => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
