/** What the channels do when nothing happens: an object that is asleep costs nothing, and a login that is over is not asked for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { CHANNEL_TOKEN, channelConfig, openChannelGateway } from '../support/loopback-channel-gateway.ts'
import { loopbackPlatform } from '../support/loopback-channel-platform.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import type { TargetName } from '../support/targets.ts'
import { startWorker } from '../support/worker-target.ts'

const SOON = { timeout: 15_000, interval: 50 }

it('lets an idle object sleep while no channel is enabled, and no longer once one is', {
  timeout: 90_000,
}, async () => {
  const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
  const worker = await startWorker({
    entry: 'test/workers/channel-worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: {
      GATEWAY_TOKEN: CHANNEL_TOKEN,
      GATEWAY_CONFIG: JSON.stringify(channelConfig(platform, models, { settings: { enabled: false } })),
      GATEWAY_LOG_LEVEL: 'error',
    },
  })
  onTestFinished(() => worker.close())
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(worker.url + path, { ...init, headers: { authorization: `Bearer ${CHANNEL_TOKEN}` } })
  const lives = async () => Number(await (await fetch(`${worker.url}/__faults/lives`)).text())
  const clocks = async () => {
    const all = (await (await worker.object()).clocks!()) as string[]
    return all.filter((kind) => /^(channel|inbox|outbox)/.test(kind))
  }
  expect(await jsonOf(ask('/api/channels'))).toMatchObject({ ok: true })
  // On a busy machine it has gone to sleep by itself by now.
  await worker.evict().catch((error: Error) => expect(error.message).toContain('not currently running'))
  const before = await lives()
  await sleep(2500)
  expect([await lives(), platform.polls]).toEqual([before, []])
  expect(await clocks()).toEqual([])

  const config = await jsonOf(ask('/api/config'))
  const save = async (enabled: boolean) => {
    config.channels.loopback.enabled = enabled
    const saved = await ask('/api/config', { method: 'POST', body: JSON.stringify(config) })
    expect([saved.status, await saved.text()]).toEqual([200, expect.anything()])
  }
  await save(true)
  await expect.poll(() => platform.polls.length, SOON).toBeGreaterThan(0)
  expect(await clocks()).toEqual(['channel-poll'])
  await save(false)
  await expect.poll(clocks, SOON).toEqual([])
})

describe.each(['node', 'workerd'] as TargetName[])(
  'an account whose login is over (%s)',
  { timeout: 60_000 },
  (name) => {
    it('is not polled again until its settings change, and then at once', async () => {
      const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
      platform.pollStatus = 401
      const gateway = await openChannelGateway(name, channelConfig(platform, models))
      onTestFinished(() => gateway.close())
      const account = async () =>
        (await jsonOf(gateway.fetch('/api/channels'))).channels.find(
          (each: { name: string }) => each.name === 'loopback',
        ).accounts[0]
      await expect.poll(account, SOON).toMatchObject({ state: 'login_needed' })
      const polled = platform.polls.length
      platform.pollStatus = undefined
      platform.says('text="back"')
      await sleep(3000)
      expect([platform.polls.length, platform.texts()]).toEqual([polled, []])
      const config = await jsonOf(gateway.fetch('/api/config'))
      config.channels.loopback.streaming = true
      expect((await gateway.post('/api/config', config)).status).toBe(200)
      await expect.poll(() => platform.texts(), SOON).toEqual(['back'])
      expect(await account()).toMatchObject({ state: 'connected' })
    })
  },
)
