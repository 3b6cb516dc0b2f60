/** For the CLI's tests: runs the command as its users do, as a process on a home of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCommand {
  process: ChildProcess
  /** Resolves with the first stdout so far that matches; rejects when the command ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<Outcome>
}

const SHIM = fileURLToPath(new URL('clawgo.js', import.meta.url))

/** A folder for one gateway; `remove` deletes it. */
export async function temporaryHome(): Promise<{ dir: string; config: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'clawgo-cli-'))
  const dir = join(root, 'home')
  return { dir, config: join(dir, 'config.json'), remove: () => rm(root, { recursive: true, force: true }) }
}

/** Starts `clawgo` with none of this process's settings or keys in its environment. */
export function start(config: string, args: readonly string[], env: Record<string, string> = {}): RunningCommand {
  const child = spawn(process.execPath, [SHIM, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: join(config, '..', '..'), CLAWGO_CONFIG: config, NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    process: child,
    ended,
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(stdout)
          if (match) resolve(match)
        }
        child.stdout.on('data', look)
        look()
        void ended.then(({ code }) =>
          reject(new Error(`ended with ${code} without printing ${pattern}:\n${stdout}${stderr}`)),
        )
      })
    },
  }
}

/** Runs `clawgo` to its end with `input` on stdin. */
export async function run(
  config: string,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Outcome> {
  const command = start(config, args, options.env)
  command.process.stdin?.end(options.input ?? '')
  return command.ended
}
