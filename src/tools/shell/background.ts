/**
 * Commands that run on after the call that started them. They belong to the gateway, not to the turn, and live in
 * memory: all end with `close()`, and after a restart none is listed.
 */
import { GatewayError } from '../../errors.ts'
import type { ChildProcess, Processes } from '../../platform.ts'
import type { Launch } from './launch.ts'
import { RingBuffer } from './ring-buffer.ts'
import { drain, exitCode } from './run-process.ts'

const RING_BYTES = 1 << 20
const MAX_RUNNING = 16
/** Ended sessions kept for a look at their log. */
const MAX_ENDED = 32

/** One command in the background. Times in ms since the epoch. */
export interface BackgroundSession {
  readonly id: string
  readonly command: string
  readonly startedAt: number
  /** Both outputs in the order they came. */
  readonly output: RingBuffer
  /** How far `poll` has read. */
  cursor: number
  endedAt: number | null
  exitCode: number | null
  /** Settles when the command has ended; never rejects. */
  readonly ended: Promise<void>
  kill(): void
}

export class BackgroundSessions {
  readonly #sessions = new Map<string, BackgroundSession>()
  readonly #now: () => number
  #count = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** Newest first. */
  list(): BackgroundSession[] {
    return [...this.#sessions.values()].reverse()
  }

  /** Throws `session not found: <id>`. */
  get(id: string): BackgroundSession {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new GatewayError(404, 'not_found', `session not found: ${id}`)
    return session
  }

  start(processes: Processes, launch: Launch, command: string): BackgroundSession {
    const running = this.list().filter((session) => session.endedAt === null)
    if (running.length >= MAX_RUNNING) {
      throw new GatewayError(429, 'too_many', `${MAX_RUNNING} background commands are running; kill one of them first`)
    }
    const session = this.#follow(processes.spawn(launch.spawn), launch, command)
    this.#sessions.set(session.id, session)
    const ended = this.list().filter((old) => old.endedAt !== null)
    for (const old of ended.slice(MAX_ENDED)) this.#sessions.delete(old.id)
    return session
  }

  /** Ends all that still run. */
  close(): void {
    for (const session of this.#sessions.values()) session.kill()
  }

  #follow(child: ChildProcess, launch: Launch, command: string): BackgroundSession {
    const output = new RingBuffer(RING_BYTES)
    const push = (chunk: Uint8Array) => output.push(chunk)
    child.stdin.close().catch(() => {})
    const finish = async (): Promise<number> => {
      try {
        await Promise.all([drain(child.stdout, push), drain(child.stderr, push)])
        const { code, signal } = await child.exited
        return exitCode(code, signal)
      } catch (error) {
        push(new TextEncoder().encode(error instanceof Error ? error.message : String(error)))
        return 127
      }
    }
    const session: BackgroundSession = {
      id: `p-${++this.#count}`,
      command,
      startedAt: this.#now(),
      output,
      cursor: 0,
      endedAt: null,
      exitCode: null,
      ended: finish().then((code) => {
        session.exitCode = code
        session.endedAt = this.#now()
      }),
      kill() {
        if (session.endedAt !== null) return
        child.kill()
        launch.stop?.()
      },
    }
    return session
  }
}
