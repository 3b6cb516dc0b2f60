/**
 * The long connection of a Feishu app, on the vendor's SDK (channels.md section 9.1). The SDK frames, pings, joins events
 * that come in parts and acknowledges each once its handler is done. Around it: its calls go through the gateway's fetch,
 * a refusal is told from a bad line, and it does not reconnect, since whoever holds the connection does.
 */
import { EventDispatcher, LoggerLevel, WSClient } from '@larksuiteoapi/node-sdk'
import { ConnectionRefused, type LongConnectionOptions } from '../../src/channels/feishu/index.ts'

type Http = NonNullable<ConstructorParameters<typeof WSClient>[0]['httpInstance']>

/** From the first call to an open socket. */
const CONNECT_MS = 30_000
/** After a ping; then the line is dead. */
const PONG_SECONDS = 30
/** Of the endpoint: the platform is busy, try again. */
const BUSY = new Set([1, 1000040343])

/** The SDK logs frames, and its own address with a ticket in it: nothing of that goes further. */
const silent = { error() {}, warn() {}, info() {}, debug() {}, trace() {} }

/** Takes events as they are, whatever their type. */
class Events extends EventDispatcher {
  readonly #event: (event: unknown) => Promise<void>

  constructor(event: (event: unknown) => Promise<void>) {
    super({ logger: silent, loggerLevel: LoggerLevel.fatal })
    this.#event = event
  }

  override async invoke(event: unknown): Promise<void> {
    await this.#event(event)
  }
}

/** See `LongConnection`. Throws `ConnectionRefused` when the platform wants no connection of this app. */
export async function holdFeishuConnection(options: LongConnectionOptions): Promise<void> {
  const { appId, appSecret, domain, signal } = options
  if (signal.aborted) return
  if (!/^cli_[0-9a-fA-F]{16}$/.test(appId)) {
    throw new ConnectionRefused('channels.feishu.app_id is not the id of an app: cli_ and 16 hex digits')
  }
  const ended = Promise.withResolvers<void>()
  const fail = (why: string) => ended.reject(new Error(why))
  const client = new WSClient({
    appId,
    appSecret,
    domain,
    // A refused handshake it tells nobody but the log, and then tries for ever.
    logger: {
      ...silent,
      error(words: unknown) {
        if (/connect failed/.test(String(words))) fail('no connection to Feishu')
      },
    },
    loggerLevel: LoggerLevel.error,
    handshakeTimeoutMs: CONNECT_MS,
    wsConfig: { pingTimeout: PONG_SECONDS },
    httpInstance: {
      request: (request: { url?: string; data?: unknown }) => endpoint(request, options),
    } as unknown as Http,
    onReady: () => {
      clearTimeout(timer)
      if (!signal.aborted) options.opened()
    },
    // The SDK tells of a broken line only when it is about to connect again.
    onReconnecting: () => fail('the connection to Feishu broke'),
    onError: (error) => ended.reject(error),
  })
  const timer = setTimeout(() => fail('no connection to Feishu'), CONNECT_MS)
  const stop = () => ended.resolve()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.start({ eventDispatcher: new Events((event) => options.event(event)) })
    await ended.promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    client.close({ force: !signal.aborted })
  }

  /** Asks where to connect. What the SDK would retry in silence ends the attempt here, with the platform's reason. */
  async function endpoint({ url, data }: { url?: string; data?: unknown }, { fetch }: LongConnectionOptions) {
    try {
      const response = await fetch(url!, {
        method: 'POST',
        headers: { 'content-type': 'application/json', locale: 'zh' },
        body: JSON.stringify(data),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(CONNECT_MS)]),
      })
      const answer = (await response.json()) as { code?: number; msg?: string; data?: unknown }
      if (answer.code === 0 && answer.data) return answer
      const text = `Feishu refuses the connection: code ${answer.code} ${String(answer.msg ?? '').slice(0, 200)}`
      const temporary = response.status >= 500 || response.status === 429 || BUSY.has(answer.code ?? 0)
      throw temporary ? new Error(text) : new ConnectionRefused(text)
    } catch (error) {
      ended.reject(error)
      throw error
    }
  }
}
