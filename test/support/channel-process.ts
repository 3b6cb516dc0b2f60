/** The lives of a gateway as processes that a test kills; the next one is loaded while the last one lives. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order } from './channel-life.ts'

const LIFE = fileURLToPath(new URL('channel-life.ts', import.meta.url))

export interface Life {
  /** Opens the gateway; its address, or null when it died before it had one. */
  open(order?: Order): Promise<string | null>
  /** Resolves at its end. */
  readonly ended: Promise<unknown>
  isDead(): boolean
  /** SIGKILL. */
  kill(): Promise<void>
}

/** A process that has loaded everything and touched nothing. */
export async function loadedLife(home: string): Promise<Life> {
  const child: ChildProcess = spawn(process.execPath, [LIFE, home], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, HOME: home, ...(process.env.CRASH_LOG ? { CRASH_LOG: '1' } : {}) },
  })
  const ended = once(child, 'exit')
  const message = () => Promise.race([once(child, 'message').then(([said]) => said as unknown), ended.then(() => null)])
  const isDead = () => child.exitCode !== null || child.signalCode !== null
  if ((await message()) === null) throw new Error(`the gateway was not loaded: ${child.exitCode ?? child.signalCode}`)
  return {
    async open(order = {}) {
      const opened = message()
      child.send(order)
      return ((await opened) as { url: string } | null)?.url ?? null
    },
    ended,
    isDead,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
