/** `GET /api/logs/recent` and `/api/logs/live` (api-behaviour.md sections 5.22 and 6.4). */
import * as z from 'zod'
import { GatewayError } from '../errors.ts'
import { acceptSocket, boundedInt, type Route, route } from '../http/index.ts'
import type { Sockets } from '../platform.ts'
import { logEntry } from './entry.ts'
import { LOGS_ENDPOINT } from './live.ts'
import type { LogStore } from './store.ts'

export interface LogRouteDeps {
  logs: LogStore
  sockets: Sockets
  /** `logging.enabled` of the running config. */
  enabled(): boolean
  /** ms since the epoch. */
  now(): number
}

const entry = z
  .looseObject({
    time: z.string().optional().describe('UTC, RFC 3339.'),
    level: z.string().optional().describe('`DEBUG`, `INFO`, `WARN` or `ERROR`.'),
    msg: z.string().optional(),
  })
  .meta({ id: 'LogEntry' })

const OFF = { description: 'The log is switched off (`logging.enabled`).' }

/** The routes over a log store. */
export function logRoutes({ logs, sockets, enabled, now }: LogRouteDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/logs/recent',
      tag: 'Logs',
      summary: 'Read the last lines of the log',
      description:
        'Oldest first. A line that is a JSON object is returned as it is (secrets masked); any other is wrapped as ' +
        '`time`, `level` and `msg`. Blank lines count and produce nothing.',
      query: z.object({ limit: boundedInt(10, 200) }),
      responses: {
        200: {
          description: 'The lines.',
          schema: z.object({ ok: z.literal(true), logs: z.array(entry.nullable()) }),
        },
        404: OFF,
      },
      async handle({ query }) {
        if (!enabled()) throw switchedOff()
        const lines = await logs.recent(query.limit)
        const read = now()
        return { ok: true, logs: lines.map((line) => logEntry(line, read)).filter((found) => found !== undefined) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/logs/live',
      tag: 'Logs',
      summary: 'Watch the log (WebSocket)',
      description:
        'Text frames, one JSON object and a line feed each: `{"ok":true,"type":"log_entry","entry":{...}}` for every ' +
        'line that is written while the socket is open. A client that reads too slowly is closed with 1013.',
      websocket: true,
      responses: {
        101: { description: 'The WebSocket is open.' },
        400: { description: '`Bad Request`: not a WebSocket handshake.' },
        403: { description: 'The Origin is not allowed.' },
        404: OFF,
      },
      handle({ c }) {
        if (!enabled()) throw switchedOff()
        return acceptSocket(c, sockets, LOGS_ENDPOINT, null)
      },
    }),
  ]
}

const switchedOff = () => new GatewayError(404, 'log_off', 'the log is switched off: set logging.enabled to read it')
