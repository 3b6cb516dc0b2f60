/** `/api/channels/draft` (api-behaviour.md section 5.21): unsaved settings of a channel, as consoles edit them. */
import * as z from 'zod'
import type { ConfigService } from '../config/index.ts'
import type { EventHub } from '../events/index.ts'
import { type Route, route, text } from '../http/index.ts'
import type { ChannelDrafts } from './drafts.ts'

export interface DraftRoutesDeps {
  drafts: ChannelDrafts
  config: ConfigService
  events: EventHub
}

const section = z.record(z.string(), z.unknown())
const view = z
  .object({
    channel: z.string(),
    persisted: section.describe('As saved.'),
    draft: section.nullable(),
    effective: section.describe('The draft, or what is saved.'),
    dirty: z.boolean(),
    runtime_enabled: z.boolean().optional().describe('weixin: the draft would run.'),
  })
  .meta({ id: 'ChannelDraft' })
const ok = z.object({ ok: z.literal(true) })
const channelQuery = z.object({ channel: text().describe('weixin, telegram or feishu. Default: all.') })
const unsupported = { 400: { description: '`unsupported channel`.' } }

export function draftRoutes({ drafts, config, events }: DraftRoutesDeps): Route[] {
  const changed = (channel: string) => events.publish({ type: 'channel_draft_changed', channel })
  return [
    route({
      method: 'GET',
      path: '/api/channels/draft',
      tag: 'Channels',
      summary: 'Read unsaved settings',
      description: 'Secrets are masks. A draft is forgotten a day after its last edit.',
      query: channelQuery,
      responses: {
        200: {
          description: 'One channel, or all of them under `channels`.',
          schema: z.union([ok.extend(view.shape), ok.extend({ channels: z.record(z.string(), view) })]),
        },
        ...unsupported,
      },
      handle: ({ query: { channel } }) => {
        if (channel !== '') return { ok: true, ...drafts.view(channel) }
        const all = drafts.names.map((name) => [name, { ok: true, ...drafts.view(name) }])
        return { ok: true, channels: Object.fromEntries(all) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/channels/draft',
      tag: 'Channels',
      summary: 'Edit settings without saving them',
      description:
        'Merged onto the draft, or onto what is saved: objects merge, lists and values replace, null empties a list and ' +
        'leaves anything else. A mask keeps its secret.',
      body: z.object({ channel: z.string(), config: z.unknown().optional() }),
      responses: {
        200: { description: 'The channel.', schema: ok.extend(view.shape) },
        400: { description: '`invalid json`, `unsupported channel`, or `invalid <channel> config`.' },
      },
      async handle({ body }) {
        await drafts.merge(body.channel, body.config)
        const shown = drafts.view(body.channel)
        changed(shown.channel)
        return { ok: true, ...shown }
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/channels/draft',
      tag: 'Channels',
      summary: 'Forget unsaved settings',
      query: channelQuery,
      responses: {
        200: {
          description: 'Forgotten.',
          schema: z.union([
            ok.extend({ cleared: z.literal('all') }),
            ok.extend({ channel: z.string(), cleared: z.literal(true) }),
          ]),
        },
        ...unsupported,
      },
      handle: ({ query }) => {
        if (query.channel === '') {
          drafts.clear()
          return { ok: true, cleared: 'all' }
        }
        const channel = query.channel.toLowerCase()
        drafts.clear(channel)
        changed(channel)
        return { ok: true, channel, cleared: true }
      },
    }),
    route({
      method: 'POST',
      path: '/api/channels/draft/commit',
      tag: 'Channels',
      summary: 'Save all unsaved settings',
      description: 'A save like any other: checked, or nothing changes. The body is not read.',
      responses: {
        200: { description: 'Saved and in force.', schema: ok.extend({ committed: z.literal(true) }) },
        400: {
          description: 'Refused, nothing changed.',
          schema: z.object({ ok: z.literal(false), error: z.string(), errors: z.array(z.string()) }),
        },
      },
      async handle() {
        await config.update((document) => drafts.foldInto(document), 'webui')
        drafts.clear()
        return { ok: true, committed: true }
      },
    }),
  ]
}
