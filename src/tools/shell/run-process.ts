/** Runs one command to its end: a time limit, an output limit, and the whole process tree ended when either strikes. */
import type { ChildProcess, Processes } from '../../platform.ts'
import { CommandOutput, commandResult } from './command-result.ts'
import type { Launch } from './launch.ts'

/** A command that writes more is out of hand (`yes`). */
const OUTPUT_LIMIT = 16 << 20

export interface RunOptions {
  timeoutMs: number
  signal: AbortSignal
  /** Told the child as soon as it runs, so that a closing gateway can end it. */
  started?: (child: ChildProcess) => void
}

/** The command's result text. Rejects when it cannot start, and with the signal's reason when the turn is stopped. */
export async function runProcess(processes: Processes, launch: Launch, options: RunOptions): Promise<string> {
  const { timeoutMs, signal } = options
  signal.throwIfAborted()
  const child = processes.spawn(launch.spawn)
  options.started?.(child)
  const output = new CommandOutput()
  let stopped: string | null = null
  const stop = (why: string) => {
    if (stopped !== null) return
    stopped = why
    child.kill()
    launch.stop?.()
  }
  const aborted = () => stop('stopped')
  signal.addEventListener('abort', aborted, { once: true })
  const timer = setTimeout(() => stop(`timed out after ${timeoutMs / 1000} s`), timeoutMs)
  const count = (window: { push(chunk: Uint8Array): void }) => (chunk: Uint8Array) => {
    window.push(chunk)
    if (output.total > OUTPUT_LIMIT) stop(`stopped: more than ${OUTPUT_LIMIT >> 20} MB of output`)
  }
  try {
    // A shell that waits for input waits for ever: there is nobody to type.
    child.stdin.close().catch(() => {})
    await Promise.all([
      drain(child.stdout, count(output.stdout)),
      drain(child.stderr, count(output.stderr)),
      child.exited,
    ])
    const { code, signal: killed } = await child.exited
    signal.throwIfAborted()
    return commandResult(output, exitText(code, killed, stopped))
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
  }
}

/** Reads a stream to its end. */
export async function drain(stream: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) onChunk(next.value)
}

const SIGNALS: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
}

/** The exit code as a shell would report it: 128 and the signal's number for a killed process. */
export function exitCode(code: number | null, signal: string | null): number {
  return code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)
}

function exitText(code: number | null, signal: string | null, stopped: string | null): string | null {
  if (stopped !== null) return `124 (${stopped})`
  if (code === 0) return null
  return signal === null ? String(exitCode(code, signal)) : `${exitCode(code, signal)} (${signal})`
}
