/** `GET /api/events/live` (api-behaviour.md section 6.3). */
import { acceptSocket, type Route, route } from '../http/index.ts'
import type { Sockets } from '../platform.ts'
import { EVENTS_ENDPOINT } from './hub.ts'

/** The route of the event stream. */
export function eventRoutes(sockets: Sockets): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/events/live',
      tag: 'Events',
      summary: 'Watch events (WebSocket)',
      description:
        'Text frames, one JSON object and a line feed each. First `{"type":"ready"}`, then events such as ' +
        '`{"type":"config_changed","source":"webui"}` until the client leaves. Nothing is replayed.',
      websocket: true,
      responses: {
        101: { description: 'The WebSocket is open.' },
        400: { description: '`Bad Request`: not a WebSocket handshake.' },
        403: { description: 'The Origin is not allowed.' },
      },
      handle: ({ c }) => acceptSocket(c, sockets, EVENTS_ENDPOINT, { ready: false }),
    }),
  ]
}
