/** The admin API of a host, as the `tenants` commands call it. */
import type { Command } from 'commander'
import * as z from 'zod'
import { CliError } from './failure.ts'
import { adminToken } from './host.ts'
import { callGateway } from './running-gateway.ts'

export interface ApiOptions {
  hostUrl?: string
  adminTokenFile?: string
  json?: boolean
}

export const tenantSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  created_at: z.number(),
  state: z.string(),
  limits: z.record(z.string(), z.unknown()),
  features: z.record(z.string(), z.unknown()),
})
export const tokenSchema = z.looseObject({
  id: z.string(),
  scopes: z.array(z.string()),
  label: z.string(),
  expires_at: z.number().nullable(),
  last_used: z.number().nullable(),
})
export const oneTenant = z.object({ tenant: tenantSchema })
export const issued = z.object({ token: z.string(), record: tokenSchema })
export const done = z.object({ ok: z.literal(true) })

/** Adds what says where the host is. */
export function withApi(command: Command): Command {
  return command
    .option('--host-url <url>', 'address of the host (default $HOST_URL, else http://127.0.0.1:18790)')
    .option('--admin-token-file <file>', 'file with the admin token (or the variable HOST_ADMIN_TOKEN)')
    .option('--json', 'print JSON')
}

/** Calls `/admin<path>` of the host that the options name. A body makes it a POST. */
export async function callHost<T extends z.ZodType>(
  options: ApiOptions,
  path: string,
  answer: T,
  body?: unknown,
): Promise<z.output<T>> {
  return callGateway(await hostOf(options), `/admin${path}`, answer, body)
}

/** `DELETE /admin<path>`. */
export async function deleteAtHost(options: ApiOptions, path: string): Promise<void> {
  const { url, token } = await hostOf(options)
  const answer = await fetch(`${url}/admin${path}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(120_000),
  }).catch((cause) => {
    throw new CliError(`The host at ${url} does not answer.`, { cause })
  })
  if (!answer.ok) throw new CliError((await answer.text()).trim() || `The host answered ${answer.status}.`)
}

async function hostOf({ hostUrl, adminTokenFile }: ApiOptions) {
  const url = (hostUrl ?? process.env.HOST_URL ?? 'http://127.0.0.1:18790').replace(/\/+$/, '')
  return { url, token: await adminToken(adminTokenFile), pid: 0, version: '' }
}
