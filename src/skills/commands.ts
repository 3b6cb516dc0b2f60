/** Runs programs for skills: an argument list, never a shell line; limited in time and output. */
import type { ChildProcess, Processes } from '../platform.ts'

/** Kept of each output; the rest is counted. */
const KEPT_BYTES = 256 << 10
/** A program that writes more is out of hand. */
const MAX_BYTES = 16 << 20

export interface Command {
  /** An absolute path, as `Processes.which` finds it. */
  program: string
  args: readonly string[]
  cwd: string
  env?: Readonly<Record<string, string>>
  timeoutMs: number
  signal?: AbortSignal
  /** Both outputs in the order they came, in `stdout`. */
  combined?: boolean
}

export interface Finished {
  stdout: string
  stderr: string
  /** Null when it ended with 0, else why it did not: `exit code 2`, `timed out after 8 s`. */
  failure: string | null
}

/** Knows what runs, so that a closing gateway can end it. */
export class Commands {
  readonly #processes: Processes
  readonly #running = new Set<ChildProcess>()

  constructor(processes: Processes) {
    this.#processes = processes
  }

  /** The absolute path of a program; null when there is none. */
  which(name: string): Promise<string | null> {
    return this.#processes.which(name)
  }

  /** The environment children get. */
  get env(): Readonly<Record<string, string>> {
    return this.#processes.env
  }

  /** Runs a command to its end. Rejects when it cannot start, and with the signal's reason when that is aborted. */
  async run({ program, args, cwd, env, timeoutMs, signal, combined }: Command): Promise<Finished> {
    signal?.throwIfAborted()
    const child = this.#processes.spawn({ command: program, args, cwd, env: { ...this.env, ...env } })
    this.#running.add(child)
    let stopped: string | null = null
    const stop = (why: string) => {
      stopped ??= why
      child.kill()
    }
    const aborted = () => stop('stopped')
    signal?.addEventListener('abort', aborted, { once: true })
    const timer = setTimeout(() => stop(`timed out after ${timeoutMs / 1000} s`), timeoutMs)
    const stdout = new KeptOutput()
    const stderr = combined ? stdout : new KeptOutput()
    const read = (stream: ReadableStream<Uint8Array>, kept: KeptOutput) =>
      drain(stream, (chunk) => {
        kept.push(chunk)
        if (kept.total > MAX_BYTES) stop(`stopped: more than ${MAX_BYTES >> 20} MB of output`)
      })
    try {
      // Nobody is there to type: a program that waits for input must not wait for ever.
      child.stdin.close().catch(() => {})
      const [end] = await Promise.all([child.exited, read(child.stdout, stdout), read(child.stderr, stderr)])
      signal?.throwIfAborted()
      const failure =
        stopped ?? (end.code === 0 ? null : end.signal ? `killed by ${end.signal}` : `exit code ${end.code}`)
      return { stdout: stdout.text(), stderr: combined ? '' : stderr.text(), failure }
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', aborted)
      this.#running.delete(child)
    }
  }

  /** Ends all that still runs. */
  close(): void {
    for (const child of this.#running) child.kill()
  }
}

/** The beginning of an output. */
class KeptOutput {
  readonly #chunks: Uint8Array[] = []
  #kept = 0
  #total = 0

  get total(): number {
    return this.#total
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.byteLength
    const part = chunk.subarray(0, KEPT_BYTES - this.#kept)
    if (part.byteLength > 0) this.#chunks.push(part)
    this.#kept += part.byteLength
  }

  text(): string {
    const decoder = new TextDecoder()
    const text = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
    const cut = this.#total - this.#kept
    return cut === 0 ? text : `${text}\n[… ${cut} more bytes …]`
  }
}

async function drain(stream: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => void): Promise<void> {
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) onChunk(next.value)
}
