/** Where a measurement plays: the options of the run, and processes and folders that go when it is over. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cores } from './cores.ts'
import type { Figure, Runtime } from './figures.ts'

export interface Measurement {
  name: string
  /** One line for `--help`. */
  about: string
  runtimes: readonly Runtime[]
  run(stage: Stage, runtime: Runtime): Promise<Figure[]>
}

export interface Program {
  /** The command line after `node`. */
  args: readonly string[]
  /** The core it runs on; default the servers'. */
  on?: 'server' | 'client'
  env?: Readonly<Record<string, string>>
}

export interface Running {
  readonly pid: number
  /** Rejects with the program's last words when it ends before `end` was called. */
  readonly failed: Promise<never>
  /** Sends a question over the process channel and gives the answer to it. One at a time. */
  ask<T>(question: string): Promise<T>
  /** Ends it politely, and after three seconds not. */
  end(): Promise<void>
}

export interface Server extends Running {
  /** `http://127.0.0.1:port`. */
  readonly url: string
}

const ROOT = new URL('..', import.meta.url).pathname
const LAST_WORDS = 4000
const GRACE_MS = 3000

export class Stage {
  readonly quick: boolean
  readonly #cores: Cores
  readonly #ends: Array<() => Promise<unknown>> = []

  constructor(quick: boolean, cores: Cores) {
    this.quick = quick
    this.#cores = cores
  }

  /** `full`, or `quick` in a quick run. */
  pick(full: number, quick: number): number {
    return this.quick ? quick : full
  }

  /** A folder that goes with the stage. */
  async folder(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'gateway-bench-'))
    this.#ends.push(() => rm(path, { recursive: true, force: true }))
    return path
  }

  /** Runs `end` when the measurement is over. */
  after(end: () => Promise<unknown>): void {
    this.#ends.push(end)
  }

  /** Starts a program on its core, in the checkout, without this process's environment. It ends with the stage. */
  start({ args, on = 'server', env = {} }: Program, hear: (said: string) => void = () => {}): Running {
    const [command, ...rest] = [...this.#cores[on], process.execPath, ...args]
    const child = spawn(command!, rest, {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    let said = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (data: Buffer) => {
        said = (said + data).slice(-LAST_WORDS)
        hear(said)
      })
    }
    let over = false
    const failed = new Promise<never>((_, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => over || reject(new Error(`${args.join(' ')} ended with ${code}:\n${said}`)))
    })
    // Whoever waits for something of the program races it against this; nobody else need care.
    failed.catch(() => {})
    const end = () => {
      over = true
      return ended(child)
    }
    this.#ends.push(end)
    return {
      pid: child.pid ?? 0,
      failed,
      end,
      ask: <T>(question: string) =>
        new Promise<T>((resolve) => {
          child.once('message', (answer) => resolve(answer as T))
          child.send(question)
        }),
    }
  }

  /** Starts a server that prints its URL as a line of its own; resolves when it has. */
  async server(program: Program): Promise<Server> {
    let printed: (url: string) => void = () => {}
    const url = new Promise<string>((resolve) => {
      printed = resolve
    })
    const running = this.start(program, (said) => {
      const found = /^http:\/\/\S+$/m.exec(said)?.[0]
      if (found) printed(found)
    })
    return { ...running, url: await Promise.race([url, running.failed]) }
  }

  /** Runs a program to its end on the clients' core and gives what it printed. */
  async output(args: readonly string[]): Promise<string> {
    const [command, ...rest] = [...this.#cores.client, process.execPath, ...args]
    return (await promisify(execFile)(command!, rest, { cwd: ROOT })).stdout
  }

  /** Ends everything, newest first. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end()
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
    child.once('exit', () => {
      clearTimeout(force)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
