/** Feishu / Lark as a channel (channels.md sections 9, 12 and 13). */
import { messageOf } from '../../errors.ts'
import { type Channel, type ChannelDeps, LoginNeeded } from '../channel.ts'
import { type FeishuApi, feishuApi } from './api.ts'
import { botIdentity } from './bot.ts'
import { isTopic } from './chat-name.ts'
import type { LongConnection } from './connection.ts'
import { downloadResource } from './download.ts'
import { eventReader, topicKey } from './event-reader.ts'
import { FeishuHealth, isRefusal } from './health.ts'
import { feishuHook } from './hook.ts'
import { partsOf } from './parts.ts'
import { sendPart } from './send.ts'
import { sentMessages } from './sent-messages.ts'
import { canVerifyEvents, type FeishuSettings } from './settings.ts'

/** The platform takes five messages a second for one chat. */
const PAUSE_MS = 250
/** The platform repeats an event that is not acknowledged in 3 s. */
const EVENT_MS = 2500
const PROBE_MS = 30_000

/**
 * Opens the channel. Events come to the webhook where the gateway has a public address and the settings let them be
 * verified, else over the long connection, where the runtime has one.
 */
export function openFeishu(deps: ChannelDeps<FeishuSettings>): Channel {
  const { settings, platform, state, receive, hookUrl } = deps
  const { now, log } = platform
  const way = eventsBy(deps)
  const health = new FeishuHealth(
    way.by === 'nothing' ? { state: 'failing', detail: way.problem } : { state: 'connecting' },
    deps.changed,
  )
  const api = watched(feishuApi({ settings, fetch: platform.fetch, now }), health)
  const bot = botIdentity({ api, state, appId: settings.app_id })
  const sent = sentMessages(state)
  const topicMessage = (chat: string) => (isTopic(chat) ? state.get<string>(topicKey(chat)) : null)
  const sender = { api, sent, topicMessage }
  const read = eventReader({
    appId: settings.app_id,
    bot: () => bot.get(AbortSignal.timeout(EVENT_MS)),
    sent,
    state,
    receive,
    log,
  })
  const event = async (body: unknown) => {
    await read(body)
    // Somebody is there again: perhaps the owner, who has put the app right and tries it.
    if (health.state.state === 'login_needed')
      platform.background(bot.ask(AbortSignal.timeout(PROBE_MS)).catch(() => {}))
  }

  const channel: Channel = {
    async start(signal) {
      try {
        await bot.ask(signal)
      } catch (error) {
        throw forOwner(error)
      }
    },
    parts: partsOf,
    send: (chat, part, context) => sendPart(sender, chat, part, context),
    pauseMs: PAUSE_MS,
    download: (attachment, signal) => downloadResource(api, attachment, signal),
    health: () => [{ source: '', ...health.state }],
    async test(signal) {
      const { name, openId } = await bot.ask(signal)
      return `${name || 'The bot'} (${openId}) can be used.${way.by === 'nothing' ? ` But: ${way.problem}` : ''}`
    },
    close() {},
  }

  if (way.by === 'hook') {
    let refused: string | null = null
    const show = () =>
      health.lineOpen(`events come to ${hookUrl}${refused === null ? '' : `; refused one: ${refused}`}`)
    const saw = (why: string | null) => {
      if (why === refused) return
      // A stranger can provoke this too, so it is no failure: it is shown until a good event comes.
      refused = why
      if (why !== null) log.warn('refused a request to the Feishu webhook', { why })
      show()
    }
    show()
    channel.hook = feishuHook({ settings, now, event, verified: () => saw(null), refused: saw })
  }

  if (way.by === 'connection') {
    const { domain, app_id: appId, app_secret: appSecret } = settings
    const opened = () => health.lineOpen('events come over the long connection')
    channel.connect = async (signal) => {
      try {
        await way.open({ domain, appId, appSecret, fetch: platform.fetch, signal, opened, event })
      } catch (error) {
        if (signal.aborted) return
        health.lineFailed(error)
        throw forOwner(error)
      }
    }
  }
  return channel
}

type Way = { by: 'hook' } | { by: 'connection'; open: LongConnection } | { by: 'nothing'; problem: string }

function eventsBy({ hookUrl, settings, platform }: ChannelDeps<FeishuSettings>): Way {
  const verifiable = canVerifyEvents(settings)
  if (hookUrl !== null && verifiable) return { by: 'hook' }
  if (platform.feishuConnection) return { by: 'connection', open: platform.feishuConnection }
  const missing = [
    ...(hookUrl === null ? ['gateway.public_url'] : []),
    ...(verifiable ? [] : ['channels.feishu.encrypt_key (and verification_token) as the app has them']),
  ]
  const problem = `No events can come: set ${missing.join(' and ')}; the app's request URL is that address with /hooks/feishu.`
  return { by: 'nothing', problem }
}

/** Every call tells whether our credentials are good, and a good one whether they are again. */
function watched(api: FeishuApi, health: FeishuHealth): FeishuApi {
  const told = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work
      health.account()
      return result
    } catch (error) {
      if (isRefusal(error)) health.account(error)
      throw error
    }
  }
  return {
    call: (...args) => told(api.call(...args)),
    download: (...args) => told(api.download(...args)),
  }
}

const forOwner = (error: unknown): unknown =>
  isRefusal(error) ? new LoginNeeded(messageOf(error), { cause: error }) : error
