/** A Worker for test/ports/sockets: one object with the sockets and the alarm of the Cloudflare adapter, and no gateway. */
import { DurableObject } from 'cloudflare:workers'
import { objectAlarm } from '../../adapters/cloudflare/alarm.ts'
import { consoleLog } from '../../adapters/cloudflare/log.ts'
import { objectSockets } from '../../adapters/cloudflare/sockets.ts'
import { echo, portApp } from '../ports/port-app.ts'

interface PortEnv {
  PORT: DurableObjectNamespace<PortObject>
}

export class PortObject extends DurableObject<PortEnv> {
  readonly #alarm = objectAlarm(this.ctx.storage)
  readonly #sockets = objectSockets(this.ctx, consoleLog('error'))
  readonly #app = portApp(this.#sockets, {
    set: (at) => this.#alarm.set(at),
    rings: () => this.ctx.storage.kv.get<number>('rings') ?? 0,
  })

  constructor(ctx: DurableObjectState, env: PortEnv) {
    super(ctx, env)
    this.#sockets.serve({ echo })
  }
  override fetch(request: Request) {
    return this.#app.fetch(request)
  }
  override webSocketMessage(ws: WebSocket, data: string | ArrayBuffer) {
    return this.#sockets.message(ws, data)
  }
  override webSocketClose(ws: WebSocket, code: number, reason: string) {
    return this.#sockets.closed(ws, code, reason)
  }
  override webSocketError(ws: WebSocket) {
    return this.#sockets.failed(ws)
  }
  override alarm() {
    this.#alarm.rang()
    this.ctx.storage.kv.put('rings', (this.ctx.storage.kv.get<number>('rings') ?? 0) + 1)
  }
}

export default {
  fetch: (request, env) => env.PORT.getByName('main').fetch(request),
} satisfies ExportedHandler<PortEnv>
