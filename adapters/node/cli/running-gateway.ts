/** Finding and asking the gateway that owns a home. A command goes through it whenever one runs. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { CliError } from './failure.ts'
import type { Home } from './home.ts'

/** A gateway that answered as itself. */
export interface RunningGateway {
  /** Without a slash at the end. */
  url: string
  token: string
  pid: number
  version: string
}

type Env = Readonly<Record<string, string | undefined>>

/** What the CLI needs of config.json to reach the gateway; anything else in the file does not matter here. */
const configSchema = z.object({
  gateway: z
    .object({ host: z.string().catch(''), port: z.number().catch(0), token: z.string().catch('') })
    .partial()
    .catch({}),
})
const versionSchema = z.object({ ok: z.literal(true), gateway_version: z.string() })
/** Written by `gateway run`, which may listen elsewhere than the config says. */
const addressFileSchema = z.object({ pid: z.number(), url: z.string() })

/** The name, in the home, of the file that tells where the running gateway listens. */
export const ADDRESS_FILE = 'gateway.address.json'

/**
 * The gateway running on `home`, or null. Found by gateway.pid and a live process, reached where it says it listens or
 * where the config does, and believed only when GET /api/version answers.
 */
export async function findGateway(home: Home, env: Env): Promise<RunningGateway | null> {
  const pid = await runningPid(home)
  if (pid === null) return null
  for (const { url, token } of await addresses(home, env, pid)) {
    const version = await versionAt(url, token)
    if (version === 'unauthorized') {
      throw new CliError(`A gateway answers at ${url} but does not accept this home's token.`, {
        next: 'If it was started with a token of its own, set CLAWGO_GATEWAY_TOKEN to it.',
        exitCode: 3,
      })
    }
    if (version !== null) return { url, token, pid, version }
  }
  return null
}

/** Where the config and the environment say that the home's gateway listens, and its token (may be empty). */
export async function gatewayAddress(home: Home, env: Env): Promise<{ url: string; token: string }> {
  const file = configSchema.safeParse(parseJson(await readText(home.configPath)))
  const settings = file.success ? file.data.gateway : {}
  const host = env.CLAWGO_GATEWAY_HOST || settings.host || '127.0.0.1'
  const port = Number(env.CLAWGO_GATEWAY_PORT) || settings.port || 18790
  return { url: `http://${reachable(host)}:${port}`, token: (env.CLAWGO_GATEWAY_TOKEN || settings.token || '').trim() }
}

/** The process id in gateway.pid if that process lives. Its number may have passed to another program. */
export async function runningPid(home: Home): Promise<number | null> {
  const pid = Number((await readText(join(home.dir, 'gateway.pid')))?.trim())
  return Number.isSafeInteger(pid) && pid > 0 && isAlive(pid) ? pid : null
}

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Calls the gateway's API with its token and parses the JSON answer. An error answer becomes a `CliError` with its text. */
export async function callGateway<T extends z.ZodType>(
  gateway: RunningGateway,
  path: string,
  answer: T,
  body?: unknown,
): Promise<z.output<T>> {
  let response: Response
  try {
    response = await fetch(gateway.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    })
  } catch (cause) {
    throw new CliError(`The gateway at ${gateway.url} does not answer.`, { next: 'Try `clawgo status`.', cause })
  }
  const text = await response.text()
  if (!response.ok) throw new CliError(refusal(text, response.status))
  const parsed = answer.safeParse(parseJson(text))
  if (!parsed.success) throw new CliError(`The gateway's answer to ${path} was not understood. Is it another version?`)
  return parsed.data
}

/** The contract's errors are plain text, validation errors JSON with an `error`. */
function refusal(text: string, status: number): string {
  const body = z.object({ error: z.string() }).safeParse(parseJson(text))
  return (body.success ? body.data.error : text.trim()) || `The gateway answered ${status}.`
}

async function addresses(home: Home, env: Env, pid: number): Promise<Array<{ url: string; token: string }>> {
  const configured = await gatewayAddress(home, env)
  const told = addressFileSchema.safeParse(parseJson(await readText(join(home.dir, ADDRESS_FILE))))
  // Left over from a process that was killed, the file names another pid.
  if (told.success && told.data.pid === pid) return [{ ...configured, url: told.data.url }, configured]
  return [configured]
}

/** A wildcard address is not one to connect to. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::' || host === '[::]') return '[::1]'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

async function versionAt(url: string, token: string): Promise<string | 'unauthorized' | null> {
  try {
    const response = await fetch(`${url}/api/version`, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(5_000),
    })
    if (response.status === 401) return 'unauthorized'
    const body = versionSchema.safeParse(parseJson(await response.text()))
    return body.success ? body.data.gateway_version : null
  } catch {
    return null
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
