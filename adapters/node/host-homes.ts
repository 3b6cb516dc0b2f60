/** The homes of all tenants on a Node host: opened on demand, closed when idle, woken when their time has come. */
import { existsSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatewayError, messageOf } from '../../src/errors.ts'
import {
  dueTenants,
  halfDeleted,
  markClosed,
  markOpen,
  nextDue,
  recoverOpen,
  type Tenant,
  type TenantHomes,
  type TenantUsage,
} from '../../src/hosting/index.ts'
import type { Log } from '../../src/platform.ts'
import type { NodeDatabase } from './database.ts'
import { type OpenTenant, openTenant, type TenantDeps } from './host-tenant.ts'

export interface HostHomesOptions extends TenantDeps {
  /** The directory's database. */
  db: NodeDatabase
  log: Log
  /** Homes that stay open at most, as long as not more of them are busy. Default 100. */
  maxOpen?: number | undefined
  /** Default five minutes. */
  idleMs?: number | undefined
}

interface Slot {
  tenant: Tenant
  opened: Promise<OpenTenant>
  home?: OpenTenant
  closing?: Promise<void>
  requests: number
  usedAt: number
}

const LOOK_MS = 30_000
const WOKEN_AT_ONCE = 4
/** After an opening that failed. */
const RETRY_MS = 10 * 60_000
const GRACE_MS = 5000

export class HostHomes implements TenantHomes {
  readonly #options: HostHomesOptions
  readonly #slots = new Map<string, Slot>()
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #closed = false
  #openings = 0

  constructor(options: HostHomesOptions) {
    this.#options = options
  }

  /** How many homes were opened in this process. */
  get openings(): number {
    return this.#openings
  }

  /** Ends deletions that were broken off, and wakes what is due from now on. */
  async start(): Promise<void> {
    const { db, directory } = this.#options
    recoverOpen(db)
    for (const tenant of halfDeleted(db)) {
      await this.destroy(tenant)
      await directory.endDelete(tenant.home, tenant.id)
    }
    this.#arm()
  }

  /** Runs `work` with the tenant's home, opening it where it is closed; it is not closed meanwhile. */
  async with<T>(tenant: Tenant, work: (home: OpenTenant) => Promise<T>): Promise<T> {
    const slot = await this.#acquire(tenant)
    try {
      return await work(slot.home!)
    } finally {
      slot.requests--
      slot.usedAt = Date.now()
    }
  }

  async revoke(tenant: Tenant, tokenId: string): Promise<void> {
    this.#slots.get(tenant.home)?.home?.refuse('this token was revoked', tokenId)
  }

  async changed(tenant: Tenant): Promise<void> {
    const slot = this.#slots.get(tenant.home)
    const before = slot?.tenant
    if (slot) slot.tenant = tenant
    const features = JSON.stringify(before?.features) !== JSON.stringify(tenant.features)
    if (slot && tenant.state === 'suspended') await this.#close(slot, 0, 'this gateway is suspended')
    else if (slot && features) await this.#close(slot, GRACE_MS, 'this gateway restarts with other features')
    this.#arm()
  }

  async destroy(tenant: Tenant): Promise<void> {
    const slot = this.#slots.get(tenant.home)
    if (slot) {
      slot.tenant = tenant
      await this.#close(slot, 0, 'this gateway was deleted')
    }
    const { homes, hooks } = this.#options
    await rm(join(homes, tenant.home), { recursive: true, force: true })
    await rm(join(hooks, tenant.home), { force: true })
  }

  async usage(tenant: Tenant): Promise<TenantUsage> {
    const folder = join(this.#options.homes, tenant.home)
    if (!existsSync(folder)) return { bytes: 0, sockets: 0 }
    const bytes = await sizeOf(folder)
    if (tenant.state !== 'active') return { bytes, sockets: 0 }
    return { bytes, ...(await this.with(tenant, (home) => home.usage())) }
  }

  /** Closes every home; running turns get `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#looking
    await Promise.all([...this.#slots.values()].map((slot) => this.#close(slot, graceMs)))
  }

  async #acquire(tenant: Tenant): Promise<Slot> {
    for (;;) {
      if (this.#closed) throw new GatewayError(503, 'shutting_down', 'the host is shutting down')
      const slot = this.#slots.get(tenant.home) ?? (await this.#slot(tenant))
      if (slot.closing) {
        await slot.closing
        continue
      }
      slot.requests++
      slot.usedAt = Date.now()
      try {
        await slot.opened
        return slot
      } catch (error) {
        slot.requests--
        throw error
      }
    }
  }

  /** Opens a home once, however many ask. A tenant that was deleted or suspended meanwhile is not opened again. */
  async #slot(tenant: Tenant): Promise<Slot> {
    const { directory, db, log } = this.#options
    const now = await directory.find(tenant.id)
    if (now?.home !== tenant.home || now.state !== 'active') {
      throw new GatewayError(401, 'unauthorized', 'unauthorized')
    }
    const known = this.#slots.get(tenant.home)
    if (known) return known
    this.#makeRoom()
    markOpen(db, now)
    this.#openings++
    const slot: Slot = { tenant: now, requests: 0, usedAt: Date.now(), opened: Promise.resolve(undefined as never) }
    slot.opened = openTenant(() => slot.tenant, this.#options).then(
      (home) => {
        slot.home = home
        return home
      },
      (error) => {
        this.#slots.delete(tenant.home)
        markClosed(db, now, Date.now() + RETRY_MS)
        log.error('a tenant could not be opened', { tenant: tenant.id, error: messageOf(error) })
        throw new GatewayError(503, 'not_open', 'the gateway could not start; its log says why', { cause: error })
      },
    )
    slot.opened.catch(() => undefined)
    this.#slots.set(tenant.home, slot)
    this.#arm()
    return slot
  }

  #idle(slot: Slot): boolean {
    return slot.requests === 0 && !slot.closing && slot.home?.busy() === false
  }

  /** The home used longest ago goes first; where all are busy, one more is opened than should be. */
  #makeRoom(): void {
    const { maxOpen = 100 } = this.#options
    const open = [...this.#slots.values()].filter(({ closing }) => !closing)
    if (open.length < maxOpen) return
    const oldest = open.filter((slot) => this.#idle(slot)).sort((a, b) => a.usedAt - b.usedAt)[0]
    if (oldest) void this.#close(oldest, 0)
  }

  #close(slot: Slot, graceMs: number, reason?: string): Promise<void> {
    slot.closing ??= this.#end(slot, graceMs, reason)
    return slot.closing
  }

  async #end(slot: Slot, graceMs: number, reason?: string): Promise<void> {
    const { db, log } = this.#options
    let due: number | null = Date.now() + RETRY_MS
    try {
      const home = await slot.opened
      if (reason) home.refuse(reason)
      due = await home.close(graceMs)
    } catch (error) {
      log.error('a tenant was not closed cleanly', { tenant: slot.tenant.id, error: messageOf(error) })
    }
    markClosed(db, slot.tenant, due)
    if (this.#slots.get(slot.tenant.home) === slot) this.#slots.delete(slot.tenant.home)
    this.#arm()
  }

  /** One timer for all: the next closed home that is due, and a look around for idle ones. */
  #arm(): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const now = Date.now()
    const overdue = dueTenants(this.#options.db, now, 1).length > 0
    const due = overdue ? now : nextDue(this.#options.db, now)
    const look = this.#slots.size > 0 ? Math.min(LOOK_MS, this.#idleMs) : LOOK_MS
    const wait = due === null ? look : Math.min(Math.max(due - now, overdue ? 50 : 0), look)
    this.#timer = setTimeout(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
        this.#arm()
      })
    }, wait)
    this.#timer.unref()
  }

  get #idleMs(): number {
    return this.#options.idleMs ?? 5 * 60_000
  }

  async #look(): Promise<void> {
    for (const slot of this.#slots.values()) {
      if (Date.now() - slot.usedAt >= this.#idleMs && this.#idle(slot)) void this.#close(slot, 0)
    }
    const due = dueTenants(this.#options.db, Date.now(), WOKEN_AT_ONCE)
    // Opening is waking: its alarm rings at once.
    await Promise.allSettled(due.map((tenant) => this.with(tenant, async () => undefined)))
  }
}

/** Bytes of the files below a folder; links are not followed. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    )
  }
  return bytes
}
