/** The HTTP server of a Node host: every request and upgrade through the front, then to its tenant's home. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { GatewayError, messageOf } from '../../src/errors.ts'
import type { Front } from '../../src/hosting/index.ts'
import type { Log } from '../../src/platform.ts'
import type { HostHomes } from './host-homes.ts'
import { httpServer } from './http.ts'
import { requestOf, writeResponse } from './upgrade.ts'

export interface HostServerDeps {
  front: Front
  homes: HostHomes
  log: Log
}

/** A server for all tenants; not listening yet. */
export function hostServer({ front, homes, log }: HostServerDeps): Server {
  const refused = (error: unknown) => {
    const known = error instanceof GatewayError
    if (!known) log.error('a request found no gateway', { error: messageOf(error) })
    const message = known ? error.message : 'the gateway could not answer; try again'
    return new Response(`${message}\n`, {
      status: known ? error.status : 503,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'x-content-type-options': 'nosniff',
        ...(known && error.status < 500 ? {} : { 'retry-after': '10' }),
      },
    })
  }

  return httpServer(
    async (request, facts) => {
      try {
        const received = await front.receive(request, facts)
        if (!('claims' in received)) return received
        const { tenant, claims } = received
        return await homes.with(tenant, (home) => home.fetch(received.request, { ...facts, claims }))
      } catch (error) {
        return refused(error)
      }
    },
    {
      listen(http) {
        http.on('upgrade', async (incoming: IncomingMessage, raw: Duplex, head: Buffer) => {
          raw.on('error', () => raw.destroy())
          try {
            const facts = { remoteAddress: incoming.socket.remoteAddress }
            const request = requestOf(incoming)
            const received = await front.receive(request, facts)
            if (!('claims' in received)) return await writeResponse(raw, received)
            const { tenant, claims } = received
            await homes.with(tenant, (home) =>
              home.sockets.upgrade({ request: received.request, incoming, raw, head }, () =>
                home.fetch(received.request, { ...facts, claims }),
              ),
            )
          } catch (error) {
            if (raw.destroyed) return
            await writeResponse(raw, refused(error)).catch(() => raw.destroy())
          }
        })
      },
    },
  )
}
