/** Tenants that hold a secret in every place a gateway keeps something, and the names under which others may ask for it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostTarget } from './hosted-target.ts'
import { jsonOf } from './json.ts'
import { newMarker, type Place } from './wall-markers.ts'

/** A tenant of a wall test. Its marker stands in what it keeps, never in the names it goes by. */
export interface WallTenant {
  readonly id: string
  readonly token: string
  readonly marker: string
  /** Of the host's folder: where its home is. A path that leads nowhere on workerd. */
  readonly home: string
  /** What others know of it: the values of parameters, by the parameter's name. */
  readonly bait: Readonly<Record<string, readonly (string | number)[]>>
  fetch(path: string, init?: RequestInit): Promise<Response>
  post(path: string, body: unknown): Promise<Response>
}

/** Nobody is there: a test that asks a network would hang on it where there is none, and disturb it where there is. */
const NOWHERE = 'http://127.0.0.1:2'

/** The first config of tenants of a wall test: no address of it leads out of this machine. */
export const WALL_CONFIG = {
  channels: {
    weixin: { base_url: NOWHERE },
    telegram: { api_root: NOWHERE },
    feishu: { domain: NOWHERE },
  },
}

/** Creates a tenant and fills every room of its gateway with its marker. */
export async function seedTenant(host: HostTarget, id: string, settings: object = {}): Promise<WallTenant> {
  const token = await host.create(id, settings as Record<string, unknown>)
  const marker = newMarker()
  const at = (place: Place) => `${marker}-${place}`
  const call = (path: string, init: RequestInit = {}) =>
    fetch(host.url + path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })
  const post = (path: string, body: unknown) => call(path, { method: 'POST', body: JSON.stringify(body) })
  const kept = async (answer: Promise<Response>) => {
    const done = await answer
    if (!done.ok) throw new Error(`${id} could not be filled: ${done.url} ${done.status} ${await done.text()}`)
    return jsonOf(done)
  }

  // While no provider is named, the built-in model answers.
  const session = `talk-${id}`
  await kept(post('/api/chat', { session, message: `pelican ${at('session')}` }))
  await kept(post('/api/sessions', { session, title: `Pelican ${at('title')}` }))
  const config = await jsonOf(call('/api/config?mode=raw'))
  const provider = { api_base: `${NOWHERE}/v1`, models: ['m'], timeout_sec: 1 }
  const oauth = { provider: 'gemini', client_id: 'own', client_secret: at('key'), token_url: `${NOWHERE}/token` }
  await kept(
    post('/api/config?mode=raw', {
      ...(config.config ?? config),
      // Unknown keys are named in the log.
      [at('log')]: true,
      models: {
        providers: {
          [`vault-${id}`]: { ...provider, api_key: at('key') },
          [`login-${id}`]: { ...provider, auth: 'oauth', type: 'openai-compatible', oauth },
        },
      },
      channels: {
        ...WALL_CONFIG.channels,
        telegram: { ...WALL_CONFIG.channels.telegram, enabled: false, token: at('channel') },
      },
    }),
  )
  const memory = `memory-${id}.md`
  await kept(post('/api/memory', { path: memory, content: `pelican ${at('memory')}` }))
  const file = `file-${id}.md`
  await kept(post('/api/workspace_file', { path: file, content: at('file') }))
  const form = new FormData()
  form.set('file', new File([at('upload')], `upload-${id}.txt`))
  const upload: string = (await kept(call('/api/upload', { method: 'POST', body: form }))).path
  const skill = `skill-${id}`
  const words = { description: at('skill'), system_prompt: at('skill') }
  await kept(post('/api/skills', { action: 'create', name: skill, ...words }))
  await kept(post('/api/cron', { action: 'create', name: `job-${id}`, message: at('job'), expr: '0 3 1 1 *' }))
  const [job] = (await kept(call('/api/cron'))).jobs
  await kept(post('/api/channels/draft', { channel: 'telegram', config: { token: at('draft') } }))
  const credential = new FormData()
  for (const [name, value] of Object.entries({ provider: `login-${id}`, account_label: `label-${id}` }))
    credential.set(name, value)
  const account = {
    access_token: at('credential'),
    refresh_token: at('credential'),
    email: `${at('account')}@a.example`,
  }
  credential.set('file', new File([JSON.stringify({ ...account, expires_at: '2040-01-01T00:00:00Z' })], 'auth.json'))
  const { credential_file } = await kept(call('/api/provider/oauth/import', { method: 'POST', body: credential }))
  const flow = await kept(post('/api/provider/oauth/start', { provider: `login-${id}` }))
  const { revisions } = await kept(call('/api/config/history'))
  const { turns } = await kept(call('/api/chat/turns'))

  const home = await homeOf(host, id)
  const paths = [
    ...[file, `memory/${memory}`, `skills/${skill}/SKILL.md`, upload, credential_file, 'config.json'],
    ...['config.json', `workspace/${file}`, 'gateway.db', `.${credential_file}`, 'logs/clawgo.log'].flatMap(
      (inside) => [`../${home}/${inside}`, `../../${home}/${inside}`, join(host.storage, 'tenants', home, inside)],
    ),
    ...['../../../directory.db', '../../host.log', `..%2f..%2f${home}%2fconfig.json`, `..\\..\\${home}\\config.json`],
    `file://${join(host.storage, 'tenants', home, 'config.json')}`,
  ]
  const numbers = [...new Set([1, 2, 3, ...turns.map(numberOf), ...revisions.map(numberOf)])].filter(Number.isFinite)
  const bait: Record<string, readonly (string | number)[]> = {
    ...{ session: [session, `agent:main:${session}`, `${id}/${session}`], id: [job.id, skill, ...numbers] },
    ...{ turn: [...numbers.map((n) => `${session}/${n}`), ...turns.map((turn: { turn?: string }) => turn.turn ?? '')] },
    ...{ path: [...paths, memory], file: [...paths, `${skill}/SKILL.md`], media: [upload, ...paths.slice(0, 8)] },
    ...{ provider: [`vault-${id}`, `login-${id}`], account_label: [`label-${id}`], credential_file: [credential_file] },
    ...{
      flow_id: [flow.flow_id],
      model: [`vault-${id}/m`],
      channel: ['telegram', 'weixin', id],
      query: ['pelican', id],
    },
    // A command: it needs no model.
    ...{ message: [`/help ${id}`] },
    ...{ idempotency_key: [`key-${id}`], name: [skill, `job-${id}`], table: ['message', 'session', 'config_revision'] },
    ...{
      token: [token.replace(/[0-9a-f]{64}$/, '0'.repeat(64))],
      tenant: [id, home],
      code: [`${id}.${'0'.repeat(48)}`],
    },
  }
  return { id, token, marker, home, bait, fetch: call, post }
}

const numberOf = (row: Record<string, unknown>) => Number(row.n ?? row.id ?? String(row.turn).split('/').at(-1))

/** The folder's name on Node; on workerd an object has no path. */
async function homeOf(host: HostTarget, id: string): Promise<string> {
  const homes = await readdir(join(host.storage, 'tenants')).catch(() => [] as string[])
  return homes.find((name) => name.startsWith(`${id}.`)) ?? `${id}.000000000000`
}
