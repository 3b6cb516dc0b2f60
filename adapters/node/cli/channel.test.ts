import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loopback } from '../../../test/support/loopback-channel.ts'
import { channelConfig } from '../../../test/support/loopback-channel-gateway.ts'
import { type LoopbackPlatform, loopbackPlatform } from '../../../test/support/loopback-channel-platform.ts'
import { type ModelServer, startModelServer } from '../../../test/support/model-server.ts'
import { type NodeGateway, startNode } from '../server.ts'
import { ADDRESS_FILE } from './running-gateway.ts'
import { run, temporaryHome } from './testing.ts'

describe('clawgo channel', () => {
  let platform: LoopbackPlatform
  let models: ModelServer
  let gateway: NodeGateway
  let home: Awaited<ReturnType<typeof temporaryHome>>

  beforeAll(async () => {
    platform = await loopbackPlatform({ keep: true })
    models = await startModelServer()
    home = await temporaryHome()
    gateway = await startNode({
      home: home.dir,
      host: '127.0.0.1',
      port: 0,
      initialConfig: channelConfig(platform, models, { settings: { allow_from: [] } }),
      channels: [loopback],
      quiet: true,
      env: { PATH: process.env.PATH },
    })
    const address = { pid: process.pid, url: gateway.url }
    await writeFile(join(home.dir, ADDRESS_FILE), JSON.stringify(address))
  })
  afterAll(async () => {
    await gateway?.close({ graceMs: 0 })
    await home?.remove()
    await models?.close()
    await platform?.close()
  })

  it('shows who asks to be let in, lets them in as owner, and sends a test message', async () => {
    platform.says('text="in"', { chat: 'dm', from: 'dora', name: 'Dora' })
    await expect.poll(() => platform.texts('dm').length, { timeout: 10_000 }).toBe(1)
    const status = await run(home.config, ['channel', 'status'])
    const [, code] = /Dora asks to be let in to loopback: clawgo channel approve (\S+)/.exec(status.stdout)!
    expect(await run(home.config, ['channel', 'approve', code!])).toMatchObject({
      code: 0,
      stdout: 'Dora may use loopback now, as an owner.\n',
    })
    await expect.poll(() => platform.texts('dm').at(-1), { timeout: 10_000 }).toBe('in')
    const people = JSON.parse((await run(home.config, ['channel', 'people', '--json'])).stdout)
    expect(people).toMatchObject([{ channel: 'loopback', sender: 'dora', role: 'owner' }])
    const sent = await run(home.config, ['channel', 'test', '--channel', 'loopback', '--to', 'x', '-m', 'ping'])
    expect([sent.code, sent.stdout, platform.texts('x')]).toEqual([0, 'Test message sent successfully.\n', ['ping']])
  })

  it('says what is wrong', async () => {
    const wrongCode = await run(home.config, ['channel', 'approve', 'AAAA-AAAA'])
    expect([wrongCode.code, wrongCode.stderr]).toEqual([1, expect.stringContaining('no such pairing code')])
    const role = await run(home.config, ['channel', 'approve', 'AAAA-AAAA', '--role', 'king'])
    expect([role.code, role.stderr]).toEqual([2, expect.stringContaining('owner or guest')])
    const nameless = await run(home.config, ['channel', 'test'])
    expect([nameless.code, nameless.stderr]).toEqual([2, expect.stringContaining('--channel is required')])
    const other = await temporaryHome()
    const stopped = await run(other.config, ['channel', 'status'])
    expect([stopped.code, stopped.stderr]).toEqual([3, expect.stringContaining('not running')])
    await other.remove()
  })
})
