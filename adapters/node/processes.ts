/**
 * The `processes` port on Node: every child leads its own process group, so that one signal ends all it started.
 * A child that moved to a session of its own (`setsid`) is found through /proc while its parents live (Linux only);
 * real isolation is the container of `tools.shell.sandbox`.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, extname, isAbsolute, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { GatewayError } from '../../src/errors.ts'
import type { ChildProcess, Processes, SpawnOptions } from '../../src/platform.ts'
import { descendants, signalGroup, signalProcess } from './process-tree.ts'

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** What children may see of our environment; everything else may hold a key. */
const INHERITED = ['HOME', 'LANG', 'TERM', 'TMPDIR', 'TZ', 'USER', 'LOGNAME', 'SHELL', 'LC_ALL', 'LC_CTYPE']
const INHERITED_ON_WINDOWS = [
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'TEMP',
  'TMP',
]
/** Where commands live that a service manager's short PATH leaves out. */
const COMMON_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin']

/** After a process has ended, how long to read on what others still hold open. */
const HELD_PIPE_MS = 200
/** Output kept for a slow reader once the process has ended. */
const UNREAD_LIMIT = 1 << 20
const READ_AHEAD = 256 << 10

/** Groups that must not outlive this process; one exit hook serves them all. */
const alive = new Set<number>()
let hooked = false

/** The port over real processes. `source` is the environment to pick the children's from. */
export function createProcesses(source: Readonly<Record<string, string | undefined>> = process.env): Processes {
  const env = childEnvironment(source)
  return { env, which: (command) => which(command, env), spawn: (options) => start(options) }
}

function childEnvironment(source: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const windows = process.platform === 'win32'
  const env: Record<string, string> = {}
  for (const name of windows ? [...INHERITED, ...INHERITED_ON_WINDOWS] : INHERITED) {
    const value = source[name]
    if (value !== undefined) env[name] = value
  }
  const folders = (source.PATH ?? '').split(delimiter).filter(Boolean)
  if (!windows) {
    for (const folder of [...COMMON_FOLDERS, ...(env.HOME ? [join(env.HOME, '.local/bin')] : [])]) {
      if (!folders.includes(folder)) folders.push(folder)
    }
  }
  env.PATH = folders.join(delimiter)
  return env
}

async function which(command: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  if (command === '' || command.includes('\0')) return null
  const endings = process.platform === 'win32' && !extname(command) ? (env.PATHEXT ?? '.EXE;.CMD').split(';') : ['']
  const named = /[\\/]/.test(command)
  if (named && !isAbsolute(command)) return null
  const folders = named ? [''] : env.PATH!.split(delimiter).filter(isAbsolute)
  for (const folder of folders) {
    for (const ending of endings) {
      const path = named ? command + ending : join(folder, command + ending)
      if (await executable(path)) return path
    }
  }
  return null
}

async function executable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

function start({ command, args, cwd, env }: SpawnOptions): ChildProcess {
  let child: Child
  try {
    child = spawn(command, [...args], { cwd, env, detached: true, windowsHide: true, stdio: ['pipe', 'pipe', 'pipe'] })
  } catch (error) {
    throw startError(command, error)
  }
  const pid = child.pid ?? 0
  if (pid) guard(pid)
  const output = [carry(child.stdout), carry(child.stderr)]
  let stopping = false
  let ended = false

  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once('error', (error) => reject(startError(command, error)))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  exited.catch(() => {})
  child.once('exit', () => {
    ended = true
    // What it left behind in its group ends with it, unless kill() has just given that time to end well.
    if (!stopping) {
      signalGroup(pid, 'SIGKILL')
      alive.delete(pid)
    }
    for (const pipe of output) pipe.ending()
  })

  return {
    pid,
    stdin: input(child.stdin),
    stdout: output[0]!.stream,
    stderr: output[1]!.stream,
    exited,
    kill(graceMs = 2000) {
      if (!pid || ended || stopping) return
      stopping = true
      const escaped = descendants(pid)
      signalGroup(pid, 'SIGTERM')
      for (const process of escaped) signalProcess(process, 'SIGTERM')
      const finish = () => {
        signalGroup(pid, 'SIGKILL')
        for (const process of escaped) signalProcess(process, 'SIGKILL')
        alive.delete(pid)
      }
      if (graceMs <= 0) finish()
      else setTimeout(finish, graceMs).unref()
    },
  }
}

function guard(pid: number): void {
  alive.add(pid)
  if (hooked) return
  hooked = true
  process.once('exit', () => {
    for (const pid of alive) signalGroup(pid, 'SIGKILL')
  })
}

function input(target: Writable): WritableStream<Uint8Array> {
  // A child that does not read answers EPIPE; the writer learns it from its own write.
  target.on('error', () => {})
  const done = (resolve: () => void, reject: (error: Error) => void) => (error?: Error | null) =>
    error ? reject(error) : resolve()
  return new WritableStream<Uint8Array>({
    write: (chunk) => new Promise<void>((resolve, reject) => target.write(chunk, done(resolve, reject))),
    close: () => new Promise<void>((resolve, reject) => target.end(done(resolve, reject))),
    abort: () => void target.destroy(),
  })
}

/** A pipe as a stream with back-pressure; `ending()` reads the rest at full speed and lets go of a pipe others hold. */
function carry(source: Readable): { stream: ReadableStream<Uint8Array>; ending(): void } {
  let last = false
  let unread = 0
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        source.on('data', (chunk: Buffer) => {
          controller.enqueue(new Uint8Array(chunk))
          if (last) {
            unread += chunk.byteLength
            if (unread > UNREAD_LIMIT) source.destroy()
          } else if ((controller.desiredSize ?? 0) <= 0) source.pause()
        })
        source.once('close', () => {
          try {
            controller.close()
          } catch {
            // The reader has cancelled.
          }
        })
        source.on('error', () => source.destroy())
        source.pause()
      },
      pull: () => void source.resume(),
      cancel: () => void source.destroy(),
    },
    { highWaterMark: READ_AHEAD, size: (chunk) => chunk!.byteLength },
  )
  return {
    stream,
    ending() {
      last = true
      source.resume()
      // setImmediate: after a busy stretch the loop reads the pipe once more before we drop it.
      setTimeout(() => setImmediate(() => source.destroy()), HELD_PIPE_MS)
    },
  }
}

function startError(command: string, error: unknown): GatewayError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error'
  const name = command.split(/[\\/]/).at(-1)
  const why =
    code === 'ENOENT'
      ? 'the command or its working directory does not exist'
      : code === 'EACCES'
        ? 'permission denied'
        : code === 'E2BIG'
          ? 'its arguments are too long'
          : code
  return new GatewayError(500, 'process_not_started', `could not start ${name}: ${why}`, { cause: error })
}
