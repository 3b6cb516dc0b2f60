/** The real Worker with a scripted model, whose Gateway object can be made to die. */
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { configFor } from './scripted-model.ts'
import { type RunningWorker, startWorker } from './worker-target.ts'

export interface FaultyWorker extends Omit<RunningWorker, 'object'> {
  readonly token: string
  /** `fetch` with the token. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Posts a message and resolves with its turn, without waiting for the answer. */
  say(message: string, session?: string): Promise<number>
  /** The object dies the `nth` time it reaches the point (durable-turns.md section 13). */
  arm(point: string, nth?: number): Promise<void>
  /** Points that are armed and were not reached yet. A restart of workerd disarms them. */
  armed(): Promise<string[]>
  /** How often the object came to life since workerd was started; asking does not wake it. */
  lives(): Promise<number>
  /** The object dies now; with `forgetAlarm` nothing brings it back by itself. */
  die(options?: { forgetAlarm?: boolean }): Promise<void>
}

const TOKEN = 'cg_11111111111111111111111111111111'

/**
 * Starts it for the running test, with storage of its own. `keepAliveMs`: how far the alarm of a running turn may be away;
 * `config`: further sections.
 */
export async function startFaultyWorker(
  models: { readonly url: string },
  { keepAliveMs, config = {} }: { keepAliveMs?: number; config?: Record<string, unknown> } = {},
): Promise<FaultyWorker> {
  const worker = await startWorker({
    entry: 'test/workers/faulty-worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: {
      GATEWAY_TOKEN: TOKEN,
      GATEWAY_CONFIG: JSON.stringify({ ...configFor(models), ...config }),
      GATEWAY_LOG_LEVEL: process.env.CRASH_LOG ? 'info' : 'error',
      TEST_FAULTS: '1',
      ...(keepAliveMs === undefined ? {} : { TEST_KEEP_ALIVE_MS: String(keepAliveMs) }),
    },
  })
  onTestFinished(() => worker.close())

  /** Asks the door of `test/workers/faulty-worker.ts`; again when the object died under the call. */
  const ask = async (path: string): Promise<Response> => {
    for (let tries = 40; ; tries--) {
      const answer = await fetch(`${worker.url}/__faults/${path}`, {
        method: 'POST',
        signal: AbortSignal.timeout(5000),
      }).catch((error: unknown) => new Response(String(error), { status: 503 }))
      if (answer.ok) return answer
      if (tries === 0) throw new Error(`the object cannot be reached: ${await answer.text()}`)
      await sleep(25)
    }
  }
  const withToken = (path: string, init: RequestInit = {}) =>
    fetch(worker.url + path, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } })
  return {
    url: worker.url,
    scheduled: worker.scheduled,
    evict: worker.evict,
    restart: worker.restart,
    storage: worker.storage,
    objectFiles: worker.objectFiles,
    close: worker.close,
    token: TOKEN,
    fetch: withToken,
    async say(message, session = 'main') {
      const body = JSON.stringify({ session, message, wait: false })
      const answer = await withToken('/api/chat', { method: 'POST', body })
      return ((await answer.json()) as { turn: number }).turn
    },
    arm: async (point, nth = 1) => void (await ask(`arm?point=${point}&nth=${nth}`)),
    armed: async () => (await (await ask('armed')).json()) as string[],
    lives: async () => (await (await ask('lives')).json()) as number,
    async die({ forgetAlarm = false } = {}) {
      // A dead object gives no answer.
      const signal = AbortSignal.timeout(5000)
      await fetch(`${worker.url}/__faults/die${forgetAlarm ? '?forget-alarm' : ''}`, { method: 'POST', signal })
    },
  }
}
