/** The channels over changes of the config and over restarts. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { channelConfig, openChannelGateway } from '../support/loopback-channel-gateway.ts'
import { loopbackPlatform } from '../support/loopback-channel-platform.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import type { TargetName } from '../support/targets.ts'

const SOON = { timeout: 15_000, interval: 50 }

describe.each(['node', 'workerd'] as TargetName[])('a channel whose config changes (%s)', (name) => {
  it('goes on after a restart, is not touched by other changes, and holds its messages while it is off', async () => {
    const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
    const gateway = await openChannelGateway(
      name,
      channelConfig(platform, models, { settings: { accounts: ['a', 'b'] } }),
    )
    onTestFinished(() => gateway.close())
    const configured = async (change: (config: Record<string, never>) => void) => {
      const config = await jsonOf(gateway.fetch('/api/config'))
      change(config)
      expect((await gateway.post('/api/config', config)).status).toBe(200)
    }
    const state = async () =>
      (await jsonOf(gateway.fetch('/api/channels'))).channels.find((each: { name: string }) => each.name === 'loopback')

    platform.says('text="to a"', { account: 'a', chat: 'a1' })
    platform.says('text="to b"', { account: 'b', chat: 'b1' })
    await expect.poll(() => [...platform.texts('a1'), ...platform.texts('b1')], SOON).toEqual(['to a', 'to b'])

    await configured((config: { channels?: { telegram: { streaming: boolean } } }) => {
      config.channels!.telegram.streaming = true
    })
    const polled = platform.polls.length
    await gateway.restart()
    await gateway.fetch('/api/status')
    platform.says('text="after the restart"', { account: 'a', chat: 'a1' })
    await expect.poll(() => platform.texts('a1'), SOON).toEqual(['to a', 'after the restart'])
    // An open poll was neither cut nor doubled by the change; each account began one anew with the new life.
    expect(platform.polls.slice(polled).filter(({ account }) => account === 'b').length).toBeLessThanOrEqual(2)

    await configured((config: { channels?: { loopback: { enabled: boolean } } }) => {
      config.channels!.loopback.enabled = false
    })
    await expect.poll(async () => (await state()).state, SOON).toBe('off')
    const held = { channel: 'loopback', to: 'a1', message: 'waits' }
    await gateway.post('/api/chat', { message: `call=message:${JSON.stringify(held)} text="{result}"` })
    expect((await state()).held).toBe(1)
    await configured((config: { channels?: { loopback: { enabled: boolean } } }) => {
      config.channels!.loopback.enabled = true
    })
    await expect.poll(() => platform.texts('a1'), SOON).toEqual(['to a', 'after the restart', 'waits'])
  })

  it('keeps unsaved settings apart until they are saved, and masks their secrets', async () => {
    const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
    const gateway = await openChannelGateway(name, channelConfig(platform, models))
    onTestFinished(() => gateway.close())
    const draft = (config: unknown, channel = 'telegram') => gateway.post('/api/channels/draft', { channel, config })
    const shown = () => jsonOf(gateway.fetch('/api/channels/draft?channel=telegram'))
    const saved = async () => (await jsonOf(gateway.fetch('/api/config'))).channels.telegram

    expect(await shown()).toMatchObject({ ok: true, channel: 'telegram', draft: null, dirty: false })
    const edited = await jsonOf(draft({ token: '1234567:secret-token-of-the-bot', allow_from: ['7'] }))
    expect(edited).toMatchObject({ dirty: true, effective: { allow_from: ['7'], streaming: false } })
    expect(edited.effective.token).toMatch(/^\*{4}[0-9a-f]{12}$/)
    // A mask that comes back keeps the secret; null empties a list and leaves a value.
    await draft({ token: edited.effective.token, streaming: null, allow_from: null })
    expect(await shown()).toMatchObject({ draft: { token: edited.effective.token, allow_from: [] } })
    expect(await saved()).toMatchObject({ token: '', allow_from: [] })
    for (const [channel, config, text] of [
      ['pigeon', {}, 'unsupported channel'],
      ['telegram', { enabled: 'yes' }, 'invalid telegram config'],
      ['telegram', [1], 'invalid telegram config'],
    ] as const) {
      const answer = await draft(config, channel)
      expect([answer.status, (await answer.text()).trim()]).toEqual([400, text])
    }
    // The gateway may end between an edit and its save, as it does on the edge whenever nobody asks anything.
    await gateway.restart()
    expect(await shown()).toMatchObject({ draft: { token: edited.effective.token }, dirty: true })
    expect(await (await gateway.fetch('/api/channels/draft')).text()).not.toContain('secret-token-of-the-bot')
    expect((await gateway.post('/api/channels/draft/commit', {})).status).toBe(200)
    expect(await saved()).toMatchObject({ token: edited.effective.token })
    expect(await shown()).toMatchObject({ draft: null, dirty: false })

    // Enabled without what it needs: a commit is checked like any save, and the draft stays.
    await draft({ enabled: true, app_id: '' }, 'feishu')
    const refused = await gateway.post('/api/channels/draft/commit', {})
    expect([refused.status, (await jsonOf(refused)).ok]).toEqual([400, false])
    const all = await jsonOf(gateway.fetch('/api/channels/draft'))
    expect(Object.keys(all.channels)).toEqual(['weixin', 'telegram', 'feishu'])
    expect(all.channels.feishu.dirty).toBe(true)
    expect(all.channels.weixin).toMatchObject({ runtime_enabled: false })
    const dropped = await jsonOf(gateway.fetch('/api/channels/draft?channel=feishu', { method: 'DELETE' }))
    expect(dropped).toEqual({ ok: true, channel: 'feishu', cleared: true })

    // A save of the config takes the drafts in.
    await draft({ allow_from: ['8'] })
    const config = await jsonOf(gateway.fetch('/api/config'))
    expect((await gateway.post('/api/config', config)).status).toBe(200)
    expect(await saved()).toMatchObject({ allow_from: ['8'] })
    await draft({ allow_from: ['9'] })
    expect(await jsonOf(gateway.fetch('/api/channels/draft', { method: 'DELETE' }))).toEqual({
      ok: true,
      cleared: 'all',
    })
    expect(await shown()).toMatchObject({ dirty: false })
  })
})
