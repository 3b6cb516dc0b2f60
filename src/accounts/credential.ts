/** A credential: what a login left, as its file holds it (providers.md section 7). */

/** Members are the file's own; absent and empty mean the same. */
export interface Credential {
  /** Name of the flow. */
  provider: string
  type: string
  access_token: string
  refresh_token: string
  id_token: string
  token_type: string
  account_id: string
  email: string
  /** What its owner calls it. */
  account_label: string
  /** ms since the epoch; null when unknown: then it is refreshed when it is refused. */
  expiresAt: number | null
  /** ms since the epoch; null when unknown. */
  lastRefresh: number | null
  models: string[]
  project_id: string
  device_id: string
  resource_url: string
  network_proxy: string
  scope: string
  disabled: boolean
  disable_reason: string
  /** Members that nobody here knows, kept as they are. */
  rest: Record<string, unknown>
}

/** A credential with nothing in it. */
export function emptyCredential(provider: string): Credential {
  return {
    provider,
    type: provider,
    access_token: '',
    refresh_token: '',
    id_token: '',
    token_type: '',
    account_id: '',
    email: '',
    account_label: '',
    expiresAt: null,
    lastRefresh: null,
    models: [],
    project_id: '',
    device_id: '',
    resource_url: '',
    network_proxy: '',
    scope: '',
    disabled: false,
    disable_reason: '',
    rest: {},
  }
}

/** What people know an account by: its e-mail, else its account id, its label, its project. */
export function nameOfAccount({ email, account_id, account_label, project_id }: Credential): string {
  return email || account_id || account_label || project_id
}

const ALWAYS = new Set(['provider', 'access_token', 'refresh_token'])

/** The file's text: JSON with two spaces of indent, empty members left out. */
export function credentialText(credential: Credential): string {
  const { expiresAt, lastRefresh, rest, ...members } = credential
  const all = {
    ...members,
    ...(expiresAt === null ? {} : { expire: timeText(expiresAt) }),
    ...(lastRefresh === null ? {} : { last_refresh: timeText(lastRefresh) }),
    ...rest,
  }
  const kept = Object.entries(all).filter(([name, value]) => ALWAYS.has(name) || !isEmpty(value))
  return `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`
}

/** RFC 3339, seconds. */
export const timeText = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === '' || value === false || value === undefined || value === null
}
