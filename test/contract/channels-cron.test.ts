/** A job whose reply is for a chat: it arrives there, on every channel of the build. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChannelPlatform } from '../support/channel-platform.ts'
import { feishuPlatform } from '../support/channel-platform-feishu.ts'
import { telegramPlatform } from '../support/channel-platform-telegram.ts'
import { weixinPlatform } from '../support/channel-platform-weixin.ts'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor } from '../support/scripted-model.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

const SOON = { timeout: 20_000, interval: 50 }

describeTargets('a job that delivers', (_, name) => {
  let platforms: Record<string, ChannelPlatform>
  let model: ModelServer
  beforeAll(async () => {
    const telegram = await telegramPlatform()
    // A bot may write to those only who have written to it.
    telegram.server.chats.said(telegram.chats[0]!, '/start')
    platforms = { telegram, weixin: await weixinPlatform(), feishu: await feishuPlatform() }
    model = await startModelServer()
  })
  afterAll(async () => {
    await Promise.all([...Object.values(platforms), model].map((each) => each.close()))
  })
  const target = shareTarget(name, () => ({
    config: {
      ...configFor(model),
      channels: Object.fromEntries(Object.values(platforms).map(({ name, section }) => [name, section])),
    },
  }))

  it.each(['telegram', 'weixin', 'feishu'])(
    'brings its reply to the chat, at its time and when asked: %s',
    async (channel) => {
      const platform = platforms[channel]!
      const chat = platform.chats[0]!
      const job = async (message: string, more: Record<string, unknown>) => {
        const body = { message, channel, deliver: true, expr: '0 0 1 1 *', ...more }
        return (await jsonOf(post(target(), '/api/cron', body))).result.id as string
      }
      const at = new Date(Date.now() + 2000).toISOString()
      const once = await job(`text="It is time, ${channel}"`, { to: chat, expr: null, at })
      await expect.poll(() => platform.shown().get(chat), SOON).toEqual([`It is time, ${channel}`])
      // As sessions name a chat, which is how the agent knows it.
      const daily = await job(`text="Good morning, ${channel}"`, { to: `${channel}:${chat}` })
      await post(target(), '/api/cron', { action: 'run', id: daily })
      await expect
        .poll(() => platform.shown().get(chat), SOON)
        .toEqual([`It is time, ${channel}`, `Good morning, ${channel}`])
      for (const id of [once, daily]) {
        const state = async () => (await jsonOf(target().fetch(`/api/cron/runs?id=${id}`))).runs
        await expect
          .poll(state, SOON)
          .toMatchObject([{ state: 'ok', delivered: expect.stringMatching(/^outbox \d+$/) }])
      }
      const sent = async () =>
        (await jsonOf(target().fetch(`/api/channels/outbox?channel=${channel}`))).messages.map(
          ({ state, ambiguous_attempts }: Record<string, unknown>) => [state, ambiguous_attempts],
        )
      await expect.poll(sent, SOON).toEqual([
        ['sent', 0],
        ['sent', 0],
      ])
    },
  )
})
