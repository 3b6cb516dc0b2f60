/** What the page knows of providers: the runtime view, what answers, and what the config says. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { Schemas } from '../../api/schema.d.ts'

export type Provider = Schemas['ProviderRuntime']
export type Account = Schemas['ProviderAccount']
export type ProviderEvent = Schemas['ProviderEvent']

const EVENTS = 60
/** The view changes with every answer, which no event tells. */
const REFRESH_MS = 15_000

/** The credentials of all providers, and what happened to them. */
export function useProviders() {
  return useQuery({
    queryKey: ['provider', 'runtime'],
    queryFn: async () => {
      const { view } = await answer(api.GET('/api/provider/runtime', { params: { query: { limit: EVENTS } } }))
      return view.items
    },
    refetchInterval: REFRESH_MS,
  })
}

/** Which model answers now, and why others cannot. */
export function useStatus() {
  return useQuery({ queryKey: ['status'], queryFn: () => answer(api.GET('/api/status')) })
}

/** The models that can be named. */
export function useModels() {
  return useQuery({ queryKey: ['models'], queryFn: () => answer(api.GET('/api/models')) })
}

/** After something changed that no event tells. */
export async function providersChanged(): Promise<void> {
  await Promise.all(
    ['provider', 'models', 'status', 'config'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
  )
}

/** Accounts can sign in for it. */
export const takesAccounts = ({ auth }: Pick<Provider, 'auth'>) => /^(oauth|hybrid)$/i.test(auth.trim())

/** What people call an account. */
export const accountName = (account: Account) =>
  account.account_label || account.email || account.account_id || account.credential_file.split('/').at(-1) || '?'

/** A time of the API as ms since the epoch; null for none. */
export function timeOf(text: string | undefined): number | null {
  const at = Date.parse(text ?? '')
  return at > 0 ? at : null
}
