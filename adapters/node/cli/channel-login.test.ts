/** `clawgo channel login weixin` as its owner uses it, against the platform on loopback. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { qrModules } from '../../../src/channels/weixin/index.ts'
import { type IlinkServer, startIlinkServer } from '../../../test/support/ilink-server.ts'
import { terminalQr } from './terminal-qr.ts'
import { run, start, temporaryHome } from './testing.ts'

let server: IlinkServer
let home: Awaited<ReturnType<typeof temporaryHome>>
beforeEach(async () => {
  server = await startIlinkServer()
  home = await temporaryHome()
  await mkdir(home.dir, { recursive: true })
  await writeFile(home.config, JSON.stringify({ channels: { weixin: { base_url: server.url } } }))
})
afterEach(async () => {
  await server.close()
  await home.remove()
})

it('shows the code and a fresh one, asks for the number, and leaves a paired account in the config', async () => {
  const login = start(home.config, ['channel', 'login', 'weixin'])
  await login.printed(/[█▀▄ ]{25,}/)
  await login.printed(new RegExp(`open https://liteapp.weixin.qq.com/q/${server.logins.codes[0]}`))
  server.logins.set({ status: 'expired' })
  await expect.poll(() => server.logins.codes.length, { timeout: 10_000 }).toBe(2)
  await login.printed(new RegExp(`open https://liteapp.weixin.qq.com/q/${server.logins.codes[1]}`))
  server.logins.askFor('4711')
  await login.printed(/Number on the phone: /)
  login.process.stdin?.write('4711\n')
  await login.printed(/Scanned\. Confirm it on the phone\./)
  server.confirm('b1', { owner: 'ann' })
  expect(await login.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('Weixin is paired: b1.') })
  const { channels } = JSON.parse(await readFile(home.config, 'utf8'))
  expect(channels.weixin).toMatchObject({ enabled: true, accounts: [{ bot_id: 'b1', ilink_user_id: 'ann' }] })
})

it('gives the login up at Ctrl-C', async () => {
  const login = start(home.config, ['channel', 'login', 'weixin'])
  await login.printed(/Waiting for the scan/)
  login.process.kill('SIGINT')
  expect(await login.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('given up') })
})

it('says why it cannot', async () => {
  server.fail('get_bot_qrcode', 500, 500)
  expect(await run(home.config, ['channel', 'login', 'weixin'])).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('http 500') },
  })
  expect(await run(home.config, ['channel', 'login', 'telegram'])).toMatchObject({ code: 2 })
})

it('draws every module where it belongs, with light around', async () => {
  const modules = await qrModules('https://example.com')
  const dark = (lines: string[], ink: boolean) =>
    lines.flatMap((line) => {
      const halves = [...line].map((character) => ['█▀', '█▄'].map((set) => set.includes(character) === ink))
      return [halves.map(([upper]) => upper), halves.map(([, lower]) => lower)]
    })
  const size = modules.length
  for (const colour of [true, false]) {
    const lines = terminalQr(modules, { colour }).map((line) => line.replace(/\u001b\[[\d;]*m/g, ''))
    const drawn = dark(lines, colour)
    expect(drawn.slice(2, 2 + size).map((row) => row.slice(2, 2 + size))).toEqual(
      modules.map((row) => row.map(Boolean)),
    )
    expect([...drawn.slice(0, 2).flat(), ...drawn.map((row) => row[0])]).not.toContain(true)
  }
})
