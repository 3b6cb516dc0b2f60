/** Finds a model server that runs on the owner's machine, on the port its program uses by default. */
import * as z from 'zod'

/** Ports in the order of preference. Injected by tests. */
export const LOCAL_PORTS = [
  { name: 'ollama', port: 11434 },
  { name: 'lmstudio', port: 1234 },
  { name: 'llamacpp', port: 8080 },
] as const

export interface LocalPort {
  readonly name: string
  readonly port: number
}

export interface LocalServer {
  readonly name: string
  readonly baseURL: string
  /** In the order the server lists them; not empty. */
  readonly models: readonly string[]
}

const TIMEOUT_MS = 300
const CACHE_MS = 30_000

const List = z.object({ data: z.array(z.object({ id: z.string().min(1), owned_by: z.string().optional() })) })

/** A finder that asks all ports at once and remembers the answer, also "none", for 30 s. */
export function createLocalFinder(deps: {
  fetch: typeof globalThis.fetch
  now: () => number
  ports?: readonly LocalPort[]
}): { find(): Promise<LocalServer | undefined>; forget(): void } {
  let cached: { at: number; found: Promise<LocalServer | undefined> } | undefined
  const find = async () => {
    const all = await Promise.all((deps.ports ?? LOCAL_PORTS).map((port) => ask(port, deps.fetch)))
    return all.find((server) => server !== undefined)
  }
  return {
    find() {
      if (!cached || deps.now() - cached.at >= CACHE_MS) cached = { at: deps.now(), found: find() }
      return cached.found
    },
    forget() {
      cached = undefined
    },
  }
}

async function ask({ name, port }: LocalPort, fetch: typeof globalThis.fetch): Promise<LocalServer | undefined> {
  const baseURL = `http://127.0.0.1:${port}/v1`
  try {
    const response = await fetch(`${baseURL}/models`, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'manual' })
    const list = List.safeParse(await response.json())
    if (!response.ok || !list.success) return undefined
    // Our own OpenAI endpoints could sit on such a port: a gateway must not become its own model.
    const chat = list.data.data.filter((model) => model.owned_by !== 'clawgo' && !/embed/i.test(model.id))
    return chat.length > 0 ? { name, baseURL, models: chat.map((model) => model.id) } : undefined
  } catch {
    // Nothing listens there, or something else does.
    return undefined
  }
}
