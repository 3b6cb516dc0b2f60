/** `GET /v1/ws` (gateway-api.md "Protected Extra Routes", relay.md sections 1, 12). */
import * as z from 'zod'
import { badRequest, GatewayError } from '../errors.ts'
import { acceptSocket, admittedByOwnToken, type Route, route } from '../http/index.ts'
import type { Sockets } from '../platform.ts'
import { RELAY_ENDPOINT, type RelayHub } from './hub.ts'
import { newSeat } from './seat.ts'

export interface RelayRouteDeps {
  hub: RelayHub
  sockets: Sockets
  /** `gateway.relay_token`; empty: none. */
  relayToken: () => string
  now: () => number
}

/** Connected at once; a relay is a browser tab or a script of the owner's. */
const MAX_RELAYS = 32
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._:@-]{0,63}$/u

/** The route relays dial in at. */
export function relayRoutes({ hub, sockets, relayToken, now }: RelayRouteDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/ws',
      scope: 'relay',
      tag: 'Relay',
      summary: 'Serve as a model relay (WebSocket)',
      description:
        'A page or script that can reach the Gemini API connects here and performs the requests of the provider `aistudio`. ' +
        'One JSON object a message, `{"id","type","payload"?}`. From the gateway: `http_request` (`method`, `url`, ' +
        '`headers`: name to list of values, `body`, `sent_at`), `cancel`, `pause`, `resume` (each for the `id` of a request; ' +
        'relays may ignore them), `pong`. From the relay, with the id of the request: `http_response` (`status`, `headers`, ' +
        '`body`), or `stream_start` (`status`, `headers`), `stream_chunk` (`data`) ..., `stream_end`; or `error` (`error`, ' +
        '`status`); and `ping`, every 30 s. A message has at most 4 MiB.\n\n' +
        'The token is that of the gateway, or `gateway.relay_token`, which opens nothing else. A page of another site must ' +
        'be listed in `gateway.allowed_origins`. The name comes from `provider`, else from the header ' +
        '`X-Clawgo-Provider`; a new connection of the same name closes the earlier one with 4001. Close codes: 4001 ' +
        'replaced, 1007 no relay messages, 1008 the relay token was changed, 1009 message too large.',
      websocket: true,
      ownToken: relayToken,
      query: z.object({
        provider: z.string().optional().describe('Name of this relay, a free label. Default `aistudio`.'),
      }),
      responses: {
        101: { description: 'The WebSocket is open.' },
        400: { description: '`Bad Request`: not a WebSocket handshake; or the name cannot be used.' },
        403: { description: 'The Origin is not allowed.' },
        429: { description: `More than ${MAX_RELAYS} relays.` },
      },
      handle: ({ c, query }) => {
        const name = (query.provider?.trim() || c.req.header('x-clawgo-provider')?.trim() || 'aistudio').toLowerCase()
        if (!NAME.test(name)) {
          throw badRequest('provider must be a name of at most 64 letters, digits, spaces and . _ : @ -')
        }
        const others = hub.relays().filter((relay) => relay.name !== name)
        if (others.length >= MAX_RELAYS) {
          throw new GatewayError(
            429,
            'too_many_relays',
            `at most ${MAX_RELAYS} relays can be connected: close one first`,
          )
        }
        return acceptSocket(c, sockets, RELAY_ENDPOINT, newSeat(name, admittedByOwnToken(c), now()))
      },
    }),
  ]
}
