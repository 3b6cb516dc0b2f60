/** A gateway with the loopback channel, on either runtime; the same requests, over real sockets. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../../adapters/node/index.ts'
import { CHANNEL_KINDS } from '../../src/channels/index.ts'
import { loopback } from './loopback-channel.ts'
import type { LoopbackPlatform } from './loopback-channel-platform.ts'
import { configFor } from './scripted-model.ts'
import type { TargetName } from './targets.ts'
import { startWorker } from './worker-target.ts'

export const CHANNEL_TOKEN = 'cg_22222222222222222222222222222222'

export interface ChannelGateway {
  readonly url: string
  /** `fetch` with the token. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  post(path: string, body: unknown): Promise<Response>
  restart(): Promise<void>
  close(): Promise<void>
}

/** The config of a gateway on this platform, whose only model is `models`. */
export function channelConfig(
  platform: Pick<LoopbackPlatform, 'url'>,
  models: { readonly url: string },
  { settings = {}, gateway = {} }: { settings?: Record<string, unknown>; gateway?: Record<string, unknown> } = {},
): Record<string, unknown> {
  return {
    ...configFor(models, { heartbeat: { enabled: false } }),
    gateway: { token: CHANNEL_TOKEN, ...gateway },
    channels: { loopback: { enabled: true, url: platform.url, allow_from: ['ann'], ...settings } },
  }
}

/** Opens one with a home of its own. */
export async function openChannelGateway(name: TargetName, config: Record<string, unknown>): Promise<ChannelGateway> {
  return name === 'node' ? onNode(config) : onWorkerd(config)
}

async function onNode(initialConfig: Record<string, unknown>): Promise<ChannelGateway> {
  const home = await mkdtemp(join(tmpdir(), 'channel-home-'))
  const channels = [...CHANNEL_KINDS, loopback]
  const env = { PATH: process.env.PATH }
  const quiet = !process.env.TEST_LOG
  const start = (port: number) => startNode({ home, host: '127.0.0.1', port, initialConfig, channels, env, quiet })
  let gateway = await start(0)
  const { url, port } = gateway
  return withToken(url, {
    async restart() {
      await gateway.close({ graceMs: 100 })
      gateway = await start(port)
    },
    async close() {
      await gateway.close({ graceMs: 0 })
      await rm(home, { recursive: true, force: true })
    },
  })
}

async function onWorkerd(config: Record<string, unknown>): Promise<ChannelGateway> {
  const worker = await startWorker({
    entry: 'test/workers/channel-worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: {
      GATEWAY_TOKEN: CHANNEL_TOKEN,
      GATEWAY_CONFIG: JSON.stringify(config),
      GATEWAY_LOG_LEVEL: process.env.TEST_LOG ? 'info' : 'error',
    },
  })
  const opened = withToken(worker.url, { restart: worker.restart, close: worker.close })
  // The object opens with its first request.
  await opened.fetch('/api/status')
  return opened
}

function withToken(url: string, lifetime: Pick<ChannelGateway, 'restart' | 'close'>): ChannelGateway {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${CHANNEL_TOKEN}`, ...init.headers } })
  return {
    url,
    fetch: ask,
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    ...lifetime,
  }
}
