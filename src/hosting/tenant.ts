/** Who lives on a host: tenants, their tokens, and the words for both. */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { SCOPES, type Scope } from '../http/index.ts'
import { type Limits, limitsSchema } from '../limits/index.ts'

/** A label of a host name, so that `<id>.<base host>` works; it never holds the `_` that parts a token. */
export const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/

/** What the host lets a tenant do beyond the walls. All off by default. */
export const tenantFeatures = z.strictObject({
  shell: z.boolean().optional().describe('Real processes: the shell and MCP servers over stdio. Node only.'),
  private_network: z.boolean().optional().describe('Outbound requests to private and local addresses. Node only.'),
  workers_ai: z.boolean().optional().describe("The host's Workers AI. Cloudflare only."),
})
export type TenantFeatures = z.output<typeof tenantFeatures>

/** What the host allows this tenant; the gateway reads and enforces it. */
export const tenantLimits = z.strictObject(limitsSchema.shape)
export type TenantLimits = Limits

export interface Tenant {
  readonly id: string
  /** Where its data lies: the id and a random part, new with each creation, so nothing of a deleted namesake comes back. */
  readonly home: string
  readonly name: string
  /** ms since the epoch. */
  readonly createdAt: number
  /** Grows with every change, so that of two views the newer is known. */
  readonly rev: number
  /** `deleting`: refused already, its data not gone yet. */
  readonly state: 'active' | 'suspended' | 'deleting'
  readonly limits: TenantLimits
  readonly features: TenantFeatures
}

/** A token as the directory knows it: never the secret. */
export interface TokenRecord {
  readonly id: string
  readonly tenant: string
  readonly scopes: readonly Scope[]
  /** What it is for, in its owner's words. */
  readonly label: string
  /** All in ms since the epoch; null: never. */
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsed: number | null
}

export interface NewTenant {
  readonly id: string
  readonly name?: string
  readonly limits?: TenantLimits
  readonly features?: TenantFeatures
}

export interface TenantChanges {
  readonly name?: string | undefined
  readonly suspended?: boolean | undefined
  readonly limits?: TenantLimits | undefined
  readonly features?: TenantFeatures | undefined
}

export interface NewToken {
  readonly scopes: readonly Scope[]
  readonly label?: string
  /** ms since the epoch; null: never. */
  readonly expiresAt?: number | null
}

/** Throws 400 for what is no tenant id. */
export function checkTenantId(id: string): string {
  if (TENANT_ID.test(id)) return id
  throw badRequest('a tenant id has 1 to 32 lower-case letters, digits and inner hyphens, such as acme or team-7')
}

export const scopeSchema = z.enum(SCOPES, { error: `a scope is one of ${SCOPES.join(', ')}` })
