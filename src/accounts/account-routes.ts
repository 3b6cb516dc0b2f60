/** `/api/provider/oauth/accounts` and `/api/provider/models` (api-behaviour.md sections 5.17 and 5.18). */
import * as z from 'zod'
import { type ConfigService, setAt, valueAt } from '../config/index.ts'
import { badRequest, GatewayError } from '../errors.ts'
import { type Route, route, text } from '../http/index.ts'
import type { Models } from '../models/index.ts'
import { accountSchema, accountView } from './account-view.ts'
import type { Accounts } from './accounts.ts'
import type { CredentialFiles } from './credential-files.ts'
import { credentialPath } from './credential-path.ts'
import { flowOf } from './oauth/login-settings.ts'
import { chosenProvider, saveEntry } from './provider-entry.ts'
import { accountViews, type RuntimeDeps } from './runtime-view.ts'

export interface AccountRouteDeps extends Omit<RuntimeDeps, 'config' | 'relays'> {
  config: ConfigService
  accounts: Accounts
  files: CredentialFiles
  models: Pick<Models, 'reconsider'>
}

const NAMED = { 404: { description: '`provider "<name>" not found`, `oauth credential not found`' } }
const MAX_MODELS = 1000

/** Routes of the accounts and of a provider's model list. */
export function accountRoutes(deps: AccountRouteDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/provider/oauth/accounts',
      tag: 'Providers',
      summary: "List a provider's accounts",
      query: z.object({ provider: text() }),
      responses: {
        200: {
          description: 'The accounts in the order of the config; files that cannot be read are left out.',
          schema: z.object({ ok: z.literal(true), accounts: z.array(accountSchema) }),
        },
        400: { description: '`oauth provider is required`, `unsupported oauth provider "<x>"`' },
        ...NAMED,
      },
      async handle({ query }) {
        return { ok: true, accounts: await accountViews(providerWithLogin(deps, query.provider), deps) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/provider/oauth/accounts',
      tag: 'Providers',
      summary: 'Refresh or remove an account, or end its rest',
      description:
        '`action`: `refresh`, `delete` or `clear_cooldown`. `delete` removes the file and its place in the config.',
      query: z.object({ provider: text() }),
      body: z.object({
        action: z.string().default(''),
        credential_file: z.string().default('').describe('As `GET` shows it.'),
      }),
      responses: {
        200: {
          description: 'What was done.',
          schema: z.union([
            z.object({ ok: z.literal(true), account: accountSchema }),
            z.object({ ok: z.literal(true), deleted: z.literal(true) }),
            z.object({ ok: z.literal(true), cleared: z.literal(true) }),
          ]),
        },
        400: {
          description: '`unsupported action`, `oauth credential file is empty`, or why the login refused to refresh.',
        },
        502: { description: 'The vendor did not answer as expected.' },
        ...NAMED,
      },
      handle: ({ query, body }) => act(deps, providerWithLogin(deps, query.provider), body),
    }),
    route({
      method: 'POST',
      path: '/api/provider/models',
      tag: 'Providers',
      summary: "Replace a provider's model list",
      description: '`models` in their order, then `model`; each once. The first is the default of the provider.',
      body: z.object({
        provider: z.string().default('').describe('Default: the provider of the primary model.'),
        model: z.string().default(''),
        models: z.array(z.string()).default([]),
      }),
      responses: {
        200: { description: 'Saved.', schema: z.object({ ok: z.literal(true), models: z.array(z.string()) }) },
        400: { description: '`model required`' },
        ...NAMED,
      },
      async handle({ body }) {
        const { name } = chosenProvider(deps.config.current, body.provider)
        const models = [...new Set([...body.models, body.model].map((each) => each.trim()).filter(Boolean))]
        if (models.length === 0) throw badRequest('model required')
        if (models.length > MAX_MODELS) throw badRequest(`a provider has at most ${MAX_MODELS} models`)
        await saveEntry(deps.config, name, (entry) => {
          entry.models = models
        })
        return { ok: true, models }
      },
    }),
  ]
}

function providerWithLogin({ config }: AccountRouteDeps, asked: string): string {
  const { name, entry } = chosenProvider(config.current, asked)
  flowOf(entry)
  return name
}

async function act(
  deps: AccountRouteDeps,
  provider: string,
  body: { action: string; credential_file: string },
): Promise<object> {
  const action = body.action.trim().toLowerCase()
  if (!['refresh', 'delete', 'clear_cooldown'].includes(action)) throw badRequest('unsupported action')
  if (body.credential_file.trim() === '') throw badRequest('oauth credential file is empty')
  const path = pathOf(deps, provider, body.credential_file)
  const { accounts, pool, models } = deps
  switch (action) {
    case 'refresh': {
      await accounts.refresh(provider, path)
      return { ok: true, account: accountView(provider, await accounts.find(provider, path), deps) }
    }
    case 'delete':
      await remove(deps, provider, path)
      return { ok: true, deleted: true }
    default: {
      const account = (await accounts.list(provider)).find(({ id }) => id === path)
      pool.clearAccount(provider, { id: path, name: account?.name ?? path })
      models.reconsider(provider)
      return { ok: true, cleared: true }
    }
  }
}

/** Only files that the config names for this provider; 404 for any other. */
function pathOf({ config, accounts, names }: AccountRouteDeps, provider: string, shown: string): string {
  const path = credentialPath(shown, names)
  const known = accounts.paths(config.current.models.providers[provider]!)
  if (path === null || !known.includes(path)) throw new GatewayError(404, 'not_found', 'oauth credential not found')
  return path
}

/** Out of the config first: what a crash leaves behind is a file that nobody uses, not a name without a file. */
async function remove(deps: AccountRouteDeps, provider: string, path: string): Promise<void> {
  const { config, accounts, files, names, pool } = deps
  await accounts.idle(path)
  await saveEntry(config, provider, (entry) => {
    const single = valueAt(entry, ['oauth', 'credential_file'])
    const listed = valueAt(entry, ['oauth', 'credential_files'])
    const all = [single, ...(Array.isArray(listed) ? listed : [])].filter(
      (each): each is string => typeof each === 'string' && each.trim() !== '',
    )
    const left = [...new Set(all)].filter((each) => credentialPath(each, names) !== path)
    setAt(entry, ['oauth', 'credential_files'], left)
    setAt(entry, ['oauth', 'credential_file'], left[0] ?? '')
  })
  pool.forget(provider, path)
  accounts.forget(path)
  const elsewhere = Object.values(config.current.models.providers).some((entry) => accounts.paths(entry).includes(path))
  if (!elsewhere) await files.remove(path)
}
