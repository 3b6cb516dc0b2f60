/** Channels and people as `clawgo channel` gets them from the gateway and shows them. */
import * as z from 'zod'
import { say, sayTable } from './output.ts'
import { callGateway, type RunningGateway } from './running-gateway.ts'

const roleSchema = z.enum(['owner', 'guest'])
export type Role = z.output<typeof roleSchema>

const personSchema = z.object({
  channel: z.string(),
  sender: z.string(),
  name: z.string().nullable(),
  role: roleSchema,
  approved_at: z.number(),
})
export type Person = z.output<typeof personSchema>

const channelSchema = z.object({
  name: z.string(),
  enabled: z.boolean(),
  state: z.string(),
  problem: z.string().nullable(),
  accounts: z.array(z.object({ source: z.string(), state: z.string(), detail: z.string().nullable() })),
  waiting: z.number(),
  held: z.number(),
  ambiguous: z.number(),
  failed: z.number(),
  people: z.array(personSchema),
  codes: z.array(
    z.object({ code: z.string(), sender: z.string(), name: z.string().nullable(), expires_at: z.number() }),
  ),
})
export type ChannelInfo = z.output<typeof channelSchema>

/** Every channel of the gateway. */
export async function channelsOf(gateway: RunningGateway): Promise<ChannelInfo[]> {
  return (await callGateway(gateway, '/api/channels', z.object({ channels: z.array(channelSchema) }))).channels
}

/** Lets the person with this code in. */
export async function approve(gateway: RunningGateway, code: string, role: Role | undefined): Promise<Person> {
  const answer = z.object({ person: personSchema })
  return (await callGateway(gateway, '/api/channels/approve', answer, { code, ...(role && { role }) })).person
}

/** Asks the platform who we are; with `to`, sends a message there. */
export function testChannel(
  gateway: RunningGateway,
  channel: string,
  to: string | undefined,
  message: string | undefined,
): Promise<{ ok: boolean; result: string }> {
  const answer = z.looseObject({ ok: z.boolean(), result: z.string() })
  return callGateway(gateway, '/api/channels/test', answer, { channel, ...(to && { to }), ...(message && { message }) })
}

/** A table of channels, and below it the codes that wait. */
export async function sayChannels(channels: readonly ChannelInfo[]): Promise<void> {
  await sayTable(
    ['channel', 'state', 'waiting', 'held', 'failed', 'people'],
    channels.map((channel) => [
      channel.name,
      stateOf(channel),
      String(channel.waiting + channel.ambiguous),
      String(channel.held),
      String(channel.failed),
      String(channel.people.length),
    ]),
  )
  for (const { name, codes } of channels) {
    for (const { code, sender, name: person } of codes) {
      say(`${person ?? sender} asks to be let in to ${name}: clawgo channel approve ${code}`)
    }
  }
}

/** A table of people. */
export async function sayPeople(people: readonly Person[]): Promise<void> {
  if (people.length === 0) {
    say('Nobody was let in yet. Who writes to the assistant is told a code: clawgo channel approve <code>')
    return
  }
  await sayTable(
    ['channel', 'person', 'name', 'role', 'since'],
    people.map(({ channel, sender, name, role, approved_at }) => [
      channel,
      sender,
      name ?? '',
      role,
      new Date(approved_at).toLocaleString(),
    ]),
  )
}

function stateOf({ state, problem, accounts }: ChannelInfo): string {
  if (problem) return `problem: ${problem}`
  if (state !== 'open') return state
  const shown = accounts.map(({ source, state: health, detail }) =>
    [source && `${source}: `, health.replace('_', ' '), detail && ` (${detail})`].join(''),
  )
  return shown.join(', ') || 'open'
}
