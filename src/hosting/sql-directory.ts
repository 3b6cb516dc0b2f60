/** The directory over the `Database` port: `directory.db` of a Node host, or one shard of it in a Durable Object. */
import { migrate } from '../db/index.ts'
import { GatewayError, notFound } from '../errors.ts'
import { newSecret } from '../http/index.ts'
import type { Database } from '../platform.ts'
import type { Admitted, IssuedToken, TenantDirectory, TenantPage } from './directory.ts'
import {
  directoryMigrations,
  recordOf,
  scopesIn,
  TENANT_COLUMNS,
  type TenantRow,
  type TokenRow,
  tenantOf,
  tenantRow,
} from './tables.ts'
import { checkTenantId, type NewTenant, type NewToken, type Tenant, type TenantChanges } from './tenant.ts'
import { hashMatches, newToken, tokenText } from './token.ts'

/** `lastUsed` is as exact as this: a write for every request would cost more than the fact is worth. */
const USED_STEP_MS = 10 * 60_000
const MAX_TOKENS = 1000
/** A token and those that came of it. */
const FAMILY =
  'WITH RECURSIVE family(id) AS (SELECT ? UNION SELECT token.id FROM token JOIN family ON token.parent = family.id)'

export class SqlDirectory implements TenantDirectory {
  readonly #db: Database
  readonly #now: () => number

  /** Brings the tables up to date. */
  constructor(db: Database, now: () => number) {
    migrate(db, [directoryMigrations])
    this.#db = db
    this.#now = now
  }

  async create({ id, name = '', limits = {}, features = {} }: NewTenant): Promise<Tenant> {
    checkTenantId(id)
    const home = `${id}.${newSecret(6)}`
    const created = this.#db.query<TenantRow>(
      `INSERT INTO tenant (${TENANT_COLUMNS}) VALUES (?, ?, ?, ?, 1, 'active', ?, ?) ON CONFLICT (id) DO NOTHING RETURNING ${TENANT_COLUMNS}`,
      ...[id, home, name, this.#now(), JSON.stringify(limits), JSON.stringify(features)],
    )[0]
    if (!created) throw new GatewayError(409, 'tenant_exists', `there is a tenant ${id} already`)
    return tenantOf(created)
  }

  async find(id: string): Promise<Tenant | null> {
    const row = tenantRow(this.#db, id)
    return row ? tenantOf(row) : null
  }

  async list({ after = '', limit }: { after?: string; limit: number }): Promise<TenantPage> {
    const rows = this.#db.query<TenantRow>(
      `SELECT ${TENANT_COLUMNS} FROM tenant WHERE id > ? ORDER BY id LIMIT ?`,
      after,
      limit + 1,
    )
    const tenants = rows.slice(0, limit).map(tenantOf)
    return rows.length > limit ? { tenants, next: tenants.at(-1)!.id } : { tenants }
  }

  async change(id: string, changes: TenantChanges): Promise<Tenant> {
    return this.#db.transaction(() => {
      const { name, state, limits, features } = this.#living(id)
      const next = changes.suspended === undefined ? state : changes.suspended ? 'suspended' : 'active'
      const [row] = this.#db.query<TenantRow>(
        `UPDATE tenant SET rev = rev + 1, name = ?, state = ?, limits = ?, features = ? WHERE id = ? RETURNING ${TENANT_COLUMNS}`,
        changes.name ?? name,
        next,
        JSON.stringify(changes.limits ?? limits),
        JSON.stringify(changes.features ?? features),
        id,
      )
      return tenantOf(row!)
    })
  }

  async beginDelete(id: string): Promise<Tenant> {
    return this.#db.transaction(() => {
      const [row] = this.#db.query<TenantRow>(
        `UPDATE tenant SET rev = rev + 1, state = 'deleting', due_at = NULL WHERE id = ? RETURNING ${TENANT_COLUMNS}`,
        id,
      )
      if (!row) throw unknownTenant(id)
      this.#db.query('DELETE FROM token WHERE tenant = ?', id)
      this.#db.query('DELETE FROM login_code WHERE tenant = ?', id)
      return tenantOf(row)
    })
  }

  async endDelete(home: string, id: string): Promise<void> {
    this.#db.query("DELETE FROM tenant WHERE id = ? AND home = ? AND state = 'deleting'", id, home)
  }

  async issue(tenant: string, wanted: NewToken): Promise<IssuedToken> {
    const token = await newToken(tenant)
    return this.#db.transaction(() => {
      this.#living(tenant)
      return this.#keep(token, wanted)
    })
  }

  async tokens(tenant: string) {
    this.#living(tenant)
    const rows = this.#db.query<TokenRow>(
      'SELECT * FROM token WHERE tenant = ? ORDER BY created_at, id LIMIT ?',
      tenant,
      MAX_TOKENS,
    )
    return rows.map(recordOf)
  }

  async rotate(tenant: string, tokenId: string, graceMs: number): Promise<IssuedToken & { ended: string[] }> {
    const token = await newToken(tenant)
    return this.#db.transaction(() => {
      const row = this.#token(tenant, tokenId)
      const { scopes, label, expiresAt } = recordOf(row)
      const end = this.#now() + graceMs
      if (graceMs > 0) {
        this.#db.query(
          `${FAMILY} UPDATE token SET expires_at = min(coalesce(expires_at, ?), ?) WHERE id IN (SELECT id FROM family)`,
          ...[row.id, end, end],
        )
      }
      const ended = graceMs > 0 ? [] : this.#end(row.id)
      return { ...this.#keep(token, { scopes, label, expiresAt }), ended }
    })
  }

  async revoke(tenant: string, tokenId: string): Promise<string[]> {
    return this.#db.transaction(() => this.#end(this.#token(tenant, tokenId).id))
  }

  async admit(tenant: string, tokenId: string, hash: string): Promise<Admitted | null> {
    const [row] = this.#db.query<TokenRow>('SELECT * FROM token WHERE id = ? AND tenant = ?', tokenId, tenant)
    const home = tenantRow(this.#db, tenant)
    const now = this.#now()
    const good = hashMatches(hash, row?.hash)
    if (!good || !row || !home || home.state === 'deleting') return null
    if (row.expires_at !== null && row.expires_at <= now) return null
    if (row.last_used === null || row.last_used < now - USED_STEP_MS) {
      this.#db.query('UPDATE token SET last_used = ? WHERE id = ?', now, tokenId)
    }
    return { tenant: tenantOf(home), tokenId, scopes: scopesIn(row.scopes), expiresAt: row.expires_at }
  }

  async keepCode(tenant: string, tokenId: string, hash: string, expiresAt: number): Promise<void> {
    this.#token(tenant, tokenId)
    this.#db.query('DELETE FROM login_code WHERE expires_at <= ?', this.#now())
    this.#db.query(
      'INSERT INTO login_code (hash, tenant, token, expires_at) VALUES (?, ?, ?, ?)',
      ...[hash, tenant, tokenId, expiresAt],
    )
  }

  async redeemCode(tenant: string, hash: string, wanted: { label: string; expiresAt: number }) {
    const token = await newToken(tenant)
    return this.#db.transaction(() => {
      // One statement takes it, so of two that come at once exactly one has it.
      const [code] = this.#db.query<{ token: string }>(
        'DELETE FROM login_code WHERE hash = ? AND tenant = ? AND expires_at > ? RETURNING token',
        ...[hash, tenant, this.#now()],
      )
      if (!code) return null
      const [parent] = this.#db.query<TokenRow>('SELECT * FROM token WHERE id = ?', code.token)
      const until = parent?.expires_at ?? Infinity
      if (!parent || until <= this.#now()) return null
      const expiresAt = Math.min(wanted.expiresAt, until)
      return this.#keep(token, { ...wanted, scopes: scopesIn(parent.scopes), expiresAt }, parent.id)
    })
  }

  #end(tokenId: string): string[] {
    this.#db.query(`${FAMILY} DELETE FROM login_code WHERE token IN (SELECT id FROM family)`, tokenId)
    return this.#db
      .query<{ id: string }>(`${FAMILY} DELETE FROM token WHERE id IN (SELECT id FROM family) RETURNING id`, tokenId)
      .map(({ id }) => id)
  }

  #keep(
    token: Awaited<ReturnType<typeof newToken>>,
    { scopes, label = '', expiresAt = null }: NewToken,
    parent: string | null = null,
  ): IssuedToken {
    const { tenant, id, hash } = token
    this.#db.query('DELETE FROM token WHERE tenant = ? AND expires_at <= ?', tenant, this.#now())
    const [count] = this.#db.query<{ n: number }>('SELECT count(*) AS n FROM token WHERE tenant = ?', tenant)
    if ((count?.n ?? 0) >= MAX_TOKENS) {
      throw new GatewayError(429, 'too_many_tokens', `${tenant} has ${MAX_TOKENS} tokens: revoke some first`)
    }
    const [row] = this.#db.query<TokenRow>(
      'INSERT INTO token (id, tenant, hash, scopes, label, created_at, expires_at, parent) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *',
      ...[id, tenant, hash, scopes.join(' '), label, this.#now(), expiresAt, parent],
    )
    return { token: tokenText(token), record: recordOf(row!) }
  }

  #living(id: string): Tenant {
    const row = tenantRow(this.#db, id)
    if (!row || row.state === 'deleting') throw unknownTenant(id)
    return tenantOf(row)
  }

  #token(tenant: string, tokenId: string): TokenRow {
    this.#living(tenant)
    const [row] = this.#db.query<TokenRow>('SELECT * FROM token WHERE id = ? AND tenant = ?', tokenId, tenant)
    if (!row) throw notFound(`token not found: ${tokenId}`)
    return row
  }
}

const unknownTenant = (id: string) => notFound(`tenant not found: ${id}`)
