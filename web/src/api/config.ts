/** The gateway's config as its file says it, secrets masked: read whole, changed at its keys, saved whole. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from './client.ts'
import type { Section } from './config-path.ts'
import { ApiFailure } from './failure.ts'
import { queries } from './queries.ts'

export { type ConfigPath, type Section, sectionAt, setAt, textsAt, valueAt } from './config-path.ts'

/** A save that was refused; nothing has changed. */
export class ConfigRefused extends ApiFailure {
  /** One sentence a problem, most of them beginning with the key they are about. */
  readonly errors: readonly string[]

  constructor(status: number, errors: readonly string[]) {
    super(status, errors.join('\n'))
    this.errors = errors
  }
}

const KEY = ['config', 'file']

/** The config; `data` is shared, change a copy of it. */
export function useConfig() {
  return useQuery({ queryKey: KEY, queryFn: readConfig })
}

/** Reads the config as it is now. */
export async function readConfig(): Promise<Section> {
  return answer(api.GET('/api/config'))
}

/** Reads the config, changes it and saves it, so that nothing is lost that others changed meanwhile. Throws ConfigRefused. */
export async function changeConfig(change: (config: Section) => void): Promise<void> {
  const config = await readConfig()
  change(config)
  await saveConfig(config)
}

/** Saves a whole config; it is in force when this returns. Throws ConfigRefused. */
export async function saveConfig(config: Section): Promise<void> {
  const { error, response } = await api.POST('/api/config', { body: config })
  if (!response.ok) throw refusal(response.status, error)
  await Promise.all(CHANGED.map((first) => queries.invalidateQueries({ queryKey: [first] })))
}

/** What a refused save said, whichever route it was. */
export function refusal(status: number, error: unknown): ConfigRefused {
  if (typeof error !== 'object' || error === null) return new ConfigRefused(status, [String(error ?? status).trim()])
  const { errors, error: one } = error as { errors?: string[]; error?: string }
  return new ConfigRefused(status, errors?.length ? errors : [one ?? String(status)])
}

/** The gateway's event says so too, but later than whoever saved wants to see it. */
const CHANGED = ['config', 'models', 'provider', 'status', 'tools', 'channels']
