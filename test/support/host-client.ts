/** What the tests of a host say again and again. */
import { afterAll, beforeAll } from 'vitest'
import { type HostTarget, type HostTargetOptions, hosts } from './hosted-target.ts'
import { connect, type LiveClient } from './live-client.ts'
import type { TargetName } from './targets.ts'

/** One host for all tests of a describe; each makes tenants of its own. */
export function shareHost(name: TargetName, options?: HostTargetOptions): () => HostTarget {
  let host: HostTarget | undefined
  beforeAll(async () => {
    host = await hosts[name](options)
  })
  afterAll(() => host?.close())
  return () => host!
}

/** Headers of a request with a token. */
export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
/** The status of a GET with a token. */
export const status = async (host: HostTarget, token: string, path = '/api/version') =>
  (await fetch(host.url + path, bearer(token))).status
/** The id in a token. */
export const idOf = (token: string) => token.split('_')[2]!
/** A watcher of a tenant's events. */
export const events = (host: HostTarget, token: string): Promise<LiveClient> =>
  connect(`${host.socketUrl}/api/events/live?token=${token}`)
/** Sends a chat message and waits for its answer. */
export const say = (host: HostTarget, token: string, session: string, message: string) =>
  fetch(`${host.url}/api/chat`, { method: 'POST', ...bearer(token), body: JSON.stringify({ session, message }) })
