/** A small gateway for the tests of the HTTP shell: real app, real database, a log one can read. */
import { createApp } from '../app.ts'
import { migrate } from '../db/index.ts'
import type { Database, Log, Sockets } from '../platform.ts'
import type { GatewayForHttp, HttpConfig } from './gateway.ts'
import { httpMigrations } from './login.ts'

export const TOKEN = 'cg_0123456789abcdef0123456789abcdef'
export const BEARER = { Authorization: `Bearer ${TOKEN}` }

export interface LogEntry {
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  fields: Record<string, unknown> | undefined
}

export interface TestGatewayOptions extends Partial<Omit<GatewayForHttp, 'config' | 'db'>> {
  db: Database
  config?: Partial<HttpConfig>
}

/** The app over a gateway whose config, clock and log the test holds. No socket is accepted unless `sockets` is given. */
export function testApp({ db, config, ...rest }: TestGatewayOptions) {
  const state = { now: Date.UTC(2026, 0, 2), gateway: { host: '127.0.0.1', token: TOKEN, ...config } as HttpConfig }
  const logged: LogEntry[] = []
  const at = (level: LogEntry['level']) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push({ level, message, fields })
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const sockets: Sockets = { accept: () => new Response(null), open: () => [] }
  migrate(db, [httpMigrations])
  const gateway: GatewayForHttp = {
    config: () => state,
    loopback: true,
    routes: [],
    log,
    db,
    sockets,
    version: '1.2.3',
    channels: ['weixin', 'telegram', 'feishu'],
    asset: async () => null,
    now: () => state.now,
    ...rest,
  }
  const app = createApp(gateway)
  /** One request from a client at `address`. */
  const ask = (path: string, init: RequestInit = {}, address = '192.0.2.1') =>
    Promise.resolve(app.request(path, init, { remoteAddress: address }))
  return { app, ask, gateway, logged, state }
}
