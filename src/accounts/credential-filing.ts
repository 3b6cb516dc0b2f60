/** Where a new credential goes: its file, and its place in the config. */
import { type ConfigService, setAt } from '../config/index.ts'
import type { Accounts } from './accounts.ts'
import { type Credential, nameOfAccount } from './credential.ts'
import type { CredentialFiles } from './credential-files.ts'
import { fileNameFor, type HomeNames, shownPath } from './credential-path.ts'
import { listModels } from './model-list.ts'
import { mayReceiveToken } from './network.ts'
import { flowOf } from './oauth/login-settings.ts'
import type { OAuthNetwork } from './oauth/token-exchange.ts'
import { type Chosen, saveEntry } from './provider-entry.ts'
import { maskedProxy } from './proxy.ts'

export interface FilingDeps {
  config: ConfigService
  names: HomeNames
  files: CredentialFiles
  accounts: Accounts
  network: OAuthNetwork
  now: () => number
}

export interface FinishedLogin {
  account: string
  credential_file: string
  network_proxy: string
  models: string[]
}

/** The file of a credential, its place in the config, and what the answer says. The same account keeps its file. */
export async function fileCredential(chosen: Chosen, credential: Credential, deps: FilingDeps): Promise<FinishedLogin> {
  const { config, files, names, accounts } = deps
  const flow = flowOf(chosen.entry)
  const { api_base } = chosen.entry
  const models = mayReceiveToken(api_base, flow, config.current)
    ? await listModels(api_base, credential.access_token, deps.network.through(credential.network_proxy))
    : []
  const stored = { ...credential, models: models.length > 0 ? models : credential.models }
  const { path, made } = await place(chosen, stored, deps)
  await accounts.idle(path)
  await files.write(path, stored)
  try {
    await enter(chosen, path, deps)
  } catch (error) {
    if (made) await files.remove(path)
    throw error
  }
  await accounts.signedIn(chosen.name, path, stored)
  return {
    account: nameOfAccount(stored),
    credential_file: shownPath(path, names),
    network_proxy: maskedProxy(stored.network_proxy),
    models: stored.models,
  }
}

async function place(
  { name, entry }: Chosen,
  credential: Credential,
  deps: FilingDeps,
): Promise<{ path: string; made: boolean }> {
  const { accounts, files, now } = deps
  const same = (await accounts.of(name)).find((account) => isSame(account.credential, credential))
  if (same) return { path: same.path, made: false }
  const flow = flowOf(entry).name
  const configured = accounts.paths(entry)
  const first = configured[0] ?? `auth/${flow}.json`
  if (configured.length <= 1 && !(await files.exists(first))) return { path: first, made: true }
  const label = credential.account_label || nameOfAccount(credential)
  const taken = new Set(configured)
  for (;;) {
    const path = fileNameFor(flow, label, (candidate) => taken.has(candidate), now())
    if (!(await files.exists(path))) return { path, made: true }
    taken.add(path)
  }
}

/** Names the file in the config, as the one in use. */
async function enter({ name, entry, inline }: Chosen, path: string, deps: FilingDeps): Promise<void> {
  const { config, names, accounts } = deps
  const shown = shownPath(path, names)
  await saveEntry(
    config,
    name,
    (document) => {
      const { providers } = config.current.models
      const known = accounts.paths(providers[name] ?? entry).map((each) => shownPath(each, names))
      setAt(document, ['oauth', 'credential_file'], shown)
      setAt(document, ['oauth', 'credential_files'], [...new Set([...known, shown])])
    },
    inline ? entry : undefined,
  )
}

/** One account, by its id, else by its e-mail, else by the label its owner gave it. */
function isSame(a: Credential, b: Credential): boolean {
  if (a.account_id && b.account_id)
    return a.account_id === b.account_id && (!a.email || !b.email || a.email === b.email)
  if (a.email && b.email) return a.email === b.email
  return !nameOfAccount({ ...b, account_label: '' }) && b.account_label !== '' && a.account_label === b.account_label
}
