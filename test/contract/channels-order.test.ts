/** What a chat shows stays in order while answers grow in it. */
import { expect, it, onTestFinished } from 'vitest'
import { channelConfig, openChannelGateway } from '../support/loopback-channel-gateway.ts'
import { loopbackPlatform } from '../support/loopback-channel-platform.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import { describeTargets } from '../support/targets.ts'

describeTargets('a growing answer', (_, name) => {
  it('is not shown before the answers that are still on their way', { timeout: 90_000 }, async () => {
    const [platform, models] = [await loopbackPlatform(), await scriptedModel()]
    const gateway = await openChannelGateway(name, channelConfig(platform, models, { settings: { streaming: true } }))
    onTestFinished(() => gateway.close())
    // The first answer arrives with the second attempt, some two seconds later.
    platform.fates.push(500)
    platform.says('text="first"')
    platform.says('tokens=60 delay=100')
    await expect.poll(() => platform.drafts.length, { timeout: 20_000, interval: 10 }).toBeGreaterThan(0)
    expect(platform.texts()).toEqual(['first'])
    await expect.poll(() => platform.sent.at(-1), { timeout: 20_000 }).toMatchObject({ draft: expect.any(String) })
    expect(platform.texts()).toHaveLength(2)
  })
})
