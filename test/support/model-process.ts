/** The model server in a process of its own: it survives the gateway under test and does not share its event loop. */
import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'

export interface ModelStats {
  /** Every request so far, in the order of arrival; `outcome` as in `ModelRequest`. */
  requests: Array<{ key: string; step: number; outcome: string }>
  /** Answers being written now. */
  openStreams: number
}

export interface ModelProcess {
  /** `http://127.0.0.1:port`. */
  readonly url: string
  stats(): Promise<ModelStats>
  end(): void
}

/** Starts `model-server.ts`; it ends with the test at the latest. */
export async function startModelProcess(): Promise<ModelProcess> {
  const script = new URL('model-server.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const end = () => void child.kill('SIGKILL')
  onTestFinished(end)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data) => resolve(String(data).trim()))
    child.once('exit', (code) => reject(new Error(`the model server ended with ${code}`)))
  })
  return {
    url,
    stats: async () => (await (await fetch(`${url}/stats`)).json()) as ModelStats,
    end,
  }
}
