/** Which tenant a Gateway object serves on a hosted deployment: told by the Worker in front, kept over its lives. */

import type { HookTokenStore, Tenant } from '../../src/hosting/index.ts'
import type { Claims } from '../../src/http/index.ts'

/** How the Worker hands over who asks. It overwrites whatever a client sends under this name. */
export const ENTRY_HEADER = 'clawgo-entry'

/** What an object knows of its tenant. */
export type Resident = Pick<Tenant, 'id' | 'home' | 'rev' | 'state' | 'limits' | 'features'>

export interface Entry {
  readonly resident: Resident
  readonly claims: Claims
}

/** Under which the object's storage keeps it; `'deleted'` after its tenant was deleted, so that nothing starts it again. */
const KEY = 'resident'
const DELETED = 'deleted'
const HOOK_KEY = 'hook-token'

/** The request as the object gets it. */
export function withEntry(request: Request, { tenant, claims }: { tenant: Tenant; claims: Claims }): Request {
  const { id, home, rev, state, limits, features } = tenant
  const headers = new Headers(request.headers)
  const entry: Entry = { resident: { id, home, rev, state, limits, features }, claims }
  headers.set(ENTRY_HEADER, encodeURIComponent(JSON.stringify(entry)))
  return new Request(request, { headers })
}

/** Who asks; null for a request that did not come through the front. */
export function entryOf(request: Request): Entry | null {
  const text = request.headers.get(ENTRY_HEADER)
  return text === null ? null : (JSON.parse(decodeURIComponent(text)) as Entry)
}

export class Residence {
  readonly #storage: DurableObjectStorage
  #known: Resident | typeof DELETED | null | undefined
  /** Tokens revoked in this life: a front may remember them as good for some seconds more. */
  readonly #revoked = new Set<string>()

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** The tenant; null before its first request and after its deletion. */
  async resident(): Promise<Resident | null> {
    if (this.#known === undefined) this.#known = (await this.#storage.get<Resident | typeof DELETED>(KEY)) ?? null
    return this.#known === DELETED ? null : this.#known
  }

  /** The tenant as last known in this life, without waiting. */
  get current(): Resident | null {
    return this.#known && this.#known !== DELETED ? this.#known : null
  }

  /** Takes over what is newer than the known; false where the tenant was deleted. */
  async learn(resident: Resident): Promise<boolean> {
    const known = await this.resident()
    if (this.#known === DELETED) return false
    if (known && known.rev >= resident.rev) return true
    this.#known = resident
    await this.#storage.put(KEY, resident)
    return true
  }

  /** Where the tenant's hook token is kept. */
  get hooks(): HookTokenStore {
    const storage = this.#storage
    return {
      read: async () => (await storage.get<string>(HOOK_KEY)) ?? null,
      write: async (token) => {
        if (token === null) await storage.delete(HOOK_KEY)
        else await storage.put(HOOK_KEY, token)
      },
    }
  }

  revoke(tokenId: string): void {
    this.#revoked.add(tokenId)
  }

  isRevoked(tokenId: string): boolean {
    return this.#revoked.has(tokenId)
  }

  /** Everything is removed but the mark that it was. */
  async clear(): Promise<void> {
    this.#known = DELETED
    await this.#storage.deleteAlarm()
    await this.#storage.deleteAll()
    await this.#storage.put(KEY, DELETED)
    await this.#storage.sync()
  }
}
