/** A host full of tenants with markers, and the search for a marker on the wrong side. */
import type { HostTarget } from './hosted-target.ts'
import { foreignIn } from './wall-markers.ts'
import type { WallRequest } from './wall-requests.ts'
import { seedTenant, type WallTenant } from './wall-tenants.ts'

/** Fills a host with `count` tenants, and starts it again: what is told only at a start has then been told. */
export async function fillHost(host: HostTarget, count: number): Promise<WallTenant[]> {
  const ids = Array.from({ length: count }, (_, n) => `tenant-${n}`)
  const tenants = await side(ids, 4, (id) => seedTenant(host, id))
  await host.restart()
  return tenants
}

/** What went wrong with requests of one tenant. */
export interface Trouble {
  readonly request: string
  readonly status: number
  /** Markers of others in the answer's headers or body; empty where the gateway failed. */
  readonly foreign: readonly string[]
}

/** Makes the requests as `attacker`; gives those whose answer holds a marker of another, or is a failure of our own. */
export async function troubleOf(attacker: WallTenant, requests: readonly WallRequest[]): Promise<Trouble[]> {
  const troubles: Trouble[] = []
  await side(requests, 8, async ({ path, init }) => {
    // An answer that never ends is read for as long as a leak would need.
    const answer = await attacker.fetch(path, { ...init, signal: AbortSignal.timeout(20_000) })
    const foreign = await foreignInAnswer(answer, attacker.marker)
    if (foreign.length > 0 || answer.status === 500) {
      troubles.push({ request: `${init.method} ${path} ${bodyOf(init)}`, status: answer.status, foreign })
    }
  })
  return troubles
}

/** Markers that are not `own` in an answer's headers and body. */
export async function foreignInAnswer(answer: Response, own: string): Promise<string[]> {
  const bytes = Buffer.from(await answer.arrayBuffer())
  return foreignIn(`${JSON.stringify([...answer.headers])}\n${bytes.toString('latin1')}`, own)
}

/** `work` for all, `width` of them at a time; the results in order. */
export async function side<T, R>(all: readonly T[], width: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = all.entries()
  const walk = async () => {
    for (const [n, one] of left) results[n] = await work(one)
  }
  await Promise.all(Array.from({ length: width }, walk))
  return results
}

const bodyOf = ({ body }: RequestInit) => (typeof body === 'string' ? body : body instanceof FormData ? '(form)' : '')
