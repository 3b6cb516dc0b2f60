/** The directory's tables and how their rows read. */
import type { Migrations } from '../db/index.ts'
import type { Scope } from '../http/index.ts'
import type { Database } from '../platform.ts'
import type { Tenant, TokenRecord } from './tenant.ts'

export const directoryMigrations: Migrations = {
  room: 'directory',
  steps: [
    `CREATE TABLE tenant (
       id TEXT PRIMARY KEY, home TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at INTEGER NOT NULL,
       rev INTEGER NOT NULL, state TEXT NOT NULL, limits TEXT NOT NULL, features TEXT NOT NULL,
       due_at INTEGER, open INTEGER NOT NULL DEFAULT 0
     ) WITHOUT ROWID;
     CREATE INDEX tenant_due ON tenant(due_at) WHERE due_at IS NOT NULL;
     CREATE TABLE token (
       id TEXT PRIMARY KEY, tenant TEXT NOT NULL, hash TEXT NOT NULL, scopes TEXT NOT NULL, label TEXT NOT NULL,
       created_at INTEGER NOT NULL, expires_at INTEGER, last_used INTEGER, parent TEXT
     ) WITHOUT ROWID;
     CREATE INDEX token_tenant ON token(tenant);
     CREATE INDEX token_parent ON token(parent) WHERE parent IS NOT NULL;
     CREATE TABLE login_code (
       hash TEXT PRIMARY KEY, tenant TEXT NOT NULL, token TEXT NOT NULL, expires_at INTEGER NOT NULL
     ) WITHOUT ROWID;
     CREATE TABLE directory_fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;`,
  ],
}

export interface TenantRow {
  id: string
  home: string
  name: string
  created_at: number
  rev: number
  state: Tenant['state']
  limits: string
  features: string
}

export interface TokenRow {
  id: string
  tenant: string
  hash: string
  scopes: string
  label: string
  created_at: number
  expires_at: number | null
  last_used: number | null
  /** The token whose sign-in code this one was given for; it ends with it. */
  parent: string | null
}

export const TENANT_COLUMNS = 'id, home, name, created_at, rev, state, limits, features'

export function tenantOf(row: TenantRow): Tenant {
  const { id, home, name, created_at, rev, state } = row
  return {
    id,
    home,
    name,
    createdAt: created_at,
    rev,
    state,
    limits: JSON.parse(row.limits),
    features: JSON.parse(row.features),
  }
}

export function recordOf(row: TokenRow): TokenRecord {
  const { id, tenant, label, created_at, expires_at, last_used } = row
  const scopes = scopesIn(row.scopes)
  return { id, tenant, scopes, label, createdAt: created_at, expiresAt: expires_at, lastUsed: last_used }
}

export const scopesIn = (text: string) => text.split(' ').filter(Boolean) as Scope[]

/** The row of a tenant; undefined when there is none. */
export function tenantRow(db: Database, id: string): TenantRow | undefined {
  return db.query<TenantRow>(`SELECT ${TENANT_COLUMNS} FROM tenant WHERE id = ?`, id)[0]
}
