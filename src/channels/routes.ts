/** `/api/channels`: what the channels do, who may use them, and what is on its way out. `/hooks/:channel` for platforms. */
import * as z from 'zod'
import { notFound } from '../errors.ts'
import type { EventHub } from '../events/index.ts'
import { DEFAULT_BODY_LIMIT, type Route, readBytes, route } from '../http/index.ts'
import type { Outbox } from '../outbox/index.ts'
import type { Channels, ChannelView } from './channels.ts'
import { type DraftRoutesDeps, draftRoutes } from './draft-routes.ts'
import { outboxRoutes } from './outbox-routes.ts'
import { messageSchema, shownMessage } from './outbox-view.ts'
import { shownCode } from './people.ts'

export interface ChannelRoutesDeps extends DraftRoutesDeps {
  channels: Channels
  outbox: Outbox
  events: EventHub
}

const role = z.enum(['owner', 'guest'], { error: 'role must be owner or guest' })
const person = z.object({
  channel: z.string(),
  sender: z.string().describe('Id of the person on the platform.'),
  name: z.string().nullable(),
  role,
  approved_at: z.int().describe('ms since the epoch'),
})
const channel = z
  .object({
    name: z.string(),
    enabled: z.boolean(),
    state: z.enum(['open', 'off', 'problem']),
    problem: z.string().nullable().describe('Why an enabled channel does not run.'),
    accounts: z.array(
      z.object({
        source: z.string().describe('The account; empty where there is just one.'),
        state: z.enum(['connecting', 'connected', 'failing', 'login_needed']),
        detail: z.string().nullable(),
      }),
    ),
    waiting: z.int().describe('Received messages without an answer, and messages on their way out.'),
    held: z.int().describe('Messages that wait for the channel, for a message of their chat, or for a login.'),
    ambiguous: z.int().describe('Messages of whose last attempt nobody knows whether it arrived; they are sent again.'),
    failed: z.int(),
    people: z.array(person),
    codes: z.array(
      z.object({
        code: z.string(),
        sender: z.string(),
        name: z.string().nullable(),
        expires_at: z.int().describe('ms since the epoch'),
      }),
    ),
  })
  .meta({ id: 'Channel' })

const unsupported = { 400: { description: '`unsupported channel`, or what is missing.' } }

export function channelRoutes(deps: ChannelRoutesDeps): Route[] {
  return [
    ...statusRoutes(deps),
    ...peopleRoutes(deps),
    ...draftRoutes(deps),
    ...outboxRoutes(deps.outbox),
    hookRoute(deps),
  ]
}

function statusRoutes({ channels }: ChannelRoutesDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/channels',
      tag: 'Channels',
      summary: 'List the channels, their health and their people',
      description: 'In the order of their names. Pairing codes are those that can be approved now.',
      responses: {
        200: { description: 'The channels.', schema: z.object({ ok: z.literal(true), channels: z.array(channel) }) },
      },
      handle: () => ({ ok: true, channels: channels.list().map(shownChannel) }),
    }),
    route({
      method: 'POST',
      path: '/api/channels/test',
      tag: 'Channels',
      summary: 'Ask a platform who we are, or send a test message',
      description:
        'Without `to` the platform is asked. With it a message goes through the outbox, and the answer waits up to 20 s for ' +
        'what becomes of it: `ok` is true when it was sent.',
      body: z.object({
        channel: z.string().trim().toLowerCase(),
        to: z.string().trim().nullish().describe('A chat of the channel.'),
        message: z.string().nullish().describe('Default: a test sentence.'),
      }),
      responses: {
        200: {
          description: 'What came of it.',
          schema: z.object({
            ok: z.boolean(),
            channel: z.string(),
            result: z.string().describe('For people.'),
            message: messageSchema.optional(),
          }),
        },
        400: { description: 'The channel is unknown, not enabled, or has a problem.' },
        502: { description: 'The platform does not answer, and why.' },
      },
      async handle({ body }) {
        const name = body.channel
        if (!body.to) return { ok: true, channel: name, result: await channels.test(name) }
        const text = body.message?.trim() || 'This is a test message from ClawGo'
        const message = await channels.testSend(name, body.to, text)
        const result = message.reason ? `${message.state}: ${message.reason}` : message.state
        return { ok: message.state === 'sent', channel: name, result, message: shownMessage(message) }
      },
    }),
  ]
}

function peopleRoutes({ channels }: ChannelRoutesDeps): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/channels/approve',
      tag: 'Channels',
      summary: 'Let the person with a pairing code in',
      description:
        'What they wrote is answered now. Without `role` the first person of a channel that has no owner becomes its ' +
        'owner, everybody else a guest: a guest talks to the model and may search the web, no more.',
      body: z.object({ code: z.string().describe('In any case, with or without the dash.'), role: role.nullish() }),
      responses: {
        200: { description: 'Let in.', schema: z.object({ ok: z.literal(true), person }) },
        400: { description: '`code required`, or a role that there is not.' },
        404: { description: 'No such code, or it has expired.' },
      },
      handle: ({ body }) => ({ ok: true, person: shownPerson(channels.approve(body.code, body.role ?? undefined)) }),
    }),
    route({
      method: 'POST',
      path: '/api/channels/people',
      tag: 'Channels',
      summary: 'Change what a person may do',
      description: '`owner` and `guest` let somebody in who never asked, too. `remove` makes them a stranger again.',
      body: z.object({
        channel: z.string().trim().toLowerCase(),
        sender: z.string().trim(),
        action: z.enum(['remove', 'owner', 'guest'], { error: 'action must be remove, owner or guest' }),
      }),
      responses: {
        200: { description: 'Done.', schema: z.object({ ok: z.literal(true) }) },
        ...unsupported,
        404: { description: '`remove`: nobody by that id was let in.' },
      },
      handle: ({ body }) => {
        channels.setPerson(body.channel, body.sender, body.action)
        return { ok: true }
      },
    }),
  ]
}

function hookRoute({ channels }: ChannelRoutesDeps): Route {
  return route({
    method: 'POST',
    path: '/hooks/:channel',
    tag: 'Channels',
    summary: 'What a chat platform pushes',
    description: 'No token is asked for: each platform proves itself as it does. At most 1 MB.',
    auth: 'none',
    reads: { 'application/json': z.unknown() },
    responses: {
      200: { description: 'Taken; the body is what the platform wants to read.' },
      401: { description: 'The request does not prove to be of the platform.' },
      404: { description: 'No such channel, it is not open, or nothing is pushed to it.' },
      413: { description: 'The body is larger than 1 MB.' },
    },
    async handle({ c }) {
      const name = c.req.param('channel') ?? ''
      if (!channels.isOpen(name)) throw notFound('404 page not found')
      const { url, headers } = c.req.raw
      const bytes = await readBytes(c.req.raw, DEFAULT_BODY_LIMIT)
      // A copy: a subarray's buffer may be larger than the body.
      const request = new Request(url, { method: 'POST', headers, body: new Uint8Array(bytes) })
      const answer = await channels.hook(name, request)
      if (!answer) throw notFound('404 page not found')
      return answer
    },
  })
}

const shownPerson = ({ channel, sender, name, role, approvedAt }: ChannelView['people'][number]) => ({
  channel,
  sender,
  name,
  role,
  approved_at: approvedAt,
})

function shownChannel({ accounts, people, codes, ...rest }: ChannelView) {
  return {
    ...rest,
    accounts: accounts.map(({ source, state, detail }) => ({ source, state, detail: detail ?? null })),
    people: people.map(shownPerson),
    codes: codes.map(({ code, sender, name, expiresAt }) => ({
      code: shownCode(code),
      sender,
      name,
      expires_at: expiresAt,
    })),
  }
}
