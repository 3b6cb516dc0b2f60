/** What a host looks after by itself: tenants whose time has come, and deletions that a crash broke off. */
import type { Database } from '../platform.ts'
import { TENANT_COLUMNS, type TenantRow, tenantOf } from './tables.ts'
import type { Tenant } from './tenant.ts'

/** The tenant's home is open: it wakes itself, and if the host dies before `markClosed`, the next start wakes it. */
export function markOpen(db: Database, { id, home }: Pick<Tenant, 'id' | 'home'>): void {
  db.query('UPDATE tenant SET open = 1, due_at = NULL WHERE id = ? AND home = ?', id, home)
}

/** The tenant's home is closed, and must be woken at `dueAt` (ms since the epoch; null: never). */
export function markClosed(db: Database, { id, home }: Pick<Tenant, 'id' | 'home'>, dueAt: number | null): void {
  const due = dueAt === null ? null : Math.ceil(dueAt)
  db.query('UPDATE tenant SET open = 0, due_at = ? WHERE id = ? AND home = ?', due, id, home)
}

/** After a start: homes that were open when the host died are due at once. */
export function recoverOpen(db: Database): void {
  db.query('UPDATE tenant SET open = 0, due_at = 0 WHERE open = 1')
}

/** Active tenants that are due, the longest overdue first. */
export function dueTenants(db: Database, now: number, limit: number): Tenant[] {
  const rows = db.query<TenantRow>(
    `SELECT ${TENANT_COLUMNS} FROM tenant WHERE due_at <= ? AND state = 'active' ORDER BY due_at LIMIT ?`,
    now,
    limit,
  )
  return rows.map(tenantOf)
}

/** The earliest time a tenant is due after `after`; null when none is. */
export function nextDue(db: Database, after: number): number | null {
  const [row] = db.query<{ at: number | null }>(
    "SELECT min(due_at) AS at FROM tenant WHERE due_at > ? AND state = 'active'",
    after,
  )
  return row?.at ?? null
}

/** Tenants whose deletion has begun and not ended. */
export function halfDeleted(db: Database, limit = 100): Tenant[] {
  return db
    .query<TenantRow>(`SELECT ${TENANT_COLUMNS} FROM tenant WHERE state = 'deleting' ORDER BY id LIMIT ?`, limit)
    .map(tenantOf)
}

/** The next `size` active tenants in a round that never ends: each call goes on where the last one stopped. */
export function nextSlice(db: Database, size: number): Tenant[] {
  return db.transaction(() => {
    const [cursor] = db.query<{ value: string }>("SELECT value FROM directory_fact WHERE name = 'cursor'")
    const rows = db.query<TenantRow>(
      `SELECT ${TENANT_COLUMNS} FROM tenant WHERE id > ? AND state = 'active' ORDER BY id LIMIT ?`,
      cursor?.value ?? '',
      size,
    )
    // A round that fits into one slice moves nothing, and writes nothing.
    const last = rows.length < size ? '' : rows.at(-1)!.id
    if (last !== (cursor?.value ?? '')) {
      db.query("INSERT OR REPLACE INTO directory_fact (name, value) VALUES ('cursor', ?)", last)
    }
    return rows.map(tenantOf)
  })
}
