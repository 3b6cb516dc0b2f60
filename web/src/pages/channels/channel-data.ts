/** What the page knows of channels, and the requests it makes. */
import { useQuery } from '@tanstack/react-query'
import { answer, api } from '../../api/client.ts'
import { refusal } from '../../api/config.ts'
import { queries } from '../../api/queries.ts'
import type { Schemas } from '../../api/schema.d.ts'

export type Channel = Schemas['Channel']
export type Person = Channel['people'][number]
export type Settings = Record<string, unknown>

const REFRESH_MS = 15_000
/** While somebody stands there with a phone. */
const PAIRING_MS = 1500

/** The channels, their health and their people. */
export function useChannels() {
  return useQuery({
    queryKey: ['channels', 'list'],
    queryFn: async () => (await answer(api.GET('/api/channels'))).channels,
    refetchInterval: REFRESH_MS,
  })
}

/** A channel's settings with unsaved edits, secrets masked. */
export function useSettings(channel: string) {
  return useQuery({ queryKey: ['channels', 'draft', channel], queryFn: () => readSettings(channel) })
}

async function readSettings(channel: string) {
  const draft = await answer(api.GET('/api/channels/draft', { params: { query: { channel } } }))
  return 'effective' in draft ? draft : { effective: {}, persisted: {}, dirty: false }
}

/** Logins and accounts of Weixin; asked often while a login waits. */
export function useWeixin() {
  return useQuery({
    queryKey: ['channels', 'weixin'],
    queryFn: () => answer(api.GET('/api/weixin/status')),
    refetchInterval: ({ state: { data } }) => (data?.ok && data.pending_logins.length > 0 ? PAIRING_MS : REFRESH_MS),
  })
}

/** Saves settings over those of the channel: as a draft first, which the commit checks. Throws ConfigRefused. */
export async function saveSettings(channel: string, config: Settings): Promise<void> {
  await answer(api.POST('/api/channels/draft', { body: { channel, config } }))
  const { error, response } = await api.POST('/api/channels/draft/commit')
  if (!response.ok) throw refusal(response.status, error)
  await channelsChanged()
}

/** Forgets unsaved edits. */
export async function discardDraft(channel: string): Promise<void> {
  await answer(api.DELETE('/api/channels/draft', { params: { query: { channel } } }))
  await channelsChanged()
}

/** After something changed that no event tells. */
export async function channelsChanged(): Promise<void> {
  await Promise.all(['channels', 'config'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
}

/** A list of texts as lines, and back. */
export const linesOf = (value: unknown) => (Array.isArray(value) ? value.join('\n') : '')
export const textsOf = (lines: string) =>
  lines
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter(Boolean)
