import { afterAll, beforeAll, expect, it } from 'vitest'
import { type IlinkServer, startIlinkServer } from '../support/ilink-server.ts'
import { jsonOf } from '../support/json.ts'
import { startTelegramServer, type TelegramServer } from '../support/telegram-server.ts'
import { expectAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

let ilink: IlinkServer
let telegram: TelegramServer
beforeAll(async () => {
  ilink = await startIlinkServer({ holdMs: 500 })
  telegram = await startTelegramServer()
})
afterAll(() => Promise.all([ilink.close(), telegram.close()]))

const config = () => ({
  config: { channels: { weixin: { base_url: ilink.url }, telegram: { api_root: telegram.url } } },
})

describeConsole('the channels page', ['node'], config, ({ visit, target }) => {
  const channel = async (name: string) =>
    (await jsonOf(target().fetch('/api/channels'))).channels.find((each: { name: string }) => each.name === name)

  it('pairs a Weixin bot: the code renews itself, asks for the number, and becomes an account', async () => {
    const { page } = await visit('/channels')
    await page.getByRole('button', { name: 'Pair a bot' }).click()
    const picture = page.getByAltText('QR code to scan with WeChat')
    await picture.waitFor()
    const first = await picture.getAttribute('src')
    ilink.logins.set({ status: 'expired' })
    await expect.poll(() => picture.getAttribute('src'), { timeout: 20_000 }).not.toBe(first)
    await expect
      .poll(() => picture.evaluate((image) => (image as { naturalWidth?: number }).naturalWidth))
      .toBeGreaterThan(0)
    await expectAccessible(page)
    ilink.logins.set({ status: 'scaned' })
    await page.getByText('Scanned. Confirm it on the phone.').waitFor()
    ilink.logins.askFor('42')
    const number = page.getByLabel('Number on the phone')
    await number.fill('41')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('this was not the code').waitFor()
    await number.fill('42')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('Scanned. Confirm it on the phone.').waitFor()
    ilink.confirm('bot-1', { owner: 'anna@im.wechat' })
    await page.getByText('bot-1 is paired.').waitFor()
    await page.getByText('paired by anna@im.wechat').waitFor()
    expect((await jsonOf(target().fetch('/api/config'))).channels.weixin).toMatchObject({ enabled: true })

    await page.getByRole('button', { name: 'Remove bot-1' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('paired by anna@im.wechat').waitFor({ state: 'detached' })
    expect(ilink.violations).toEqual([])
  }, 90_000)

  it('connects Telegram by its form, keeps the token behind a mask, and tests it', async () => {
    const { page } = await visit('/channels')
    const form = page.getByRole('form', { name: 'Settings of Telegram' })
    await form.getByLabel('Bot token').fill(telegram.token)
    await form.getByRole('switch', { name: 'Channel is on' }).click()
    await form.getByText('Not saved yet').waitFor()
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Telegram is saved and in force.').waitFor()
    await expect.poll(async () => (await channel('telegram')).state).toBe('open')
    expect(await form.getByLabel('Bot token').inputValue()).toMatch(/^\*{4}/)
    await form.getByLabel('People who may write').fill('7\n8')
    await form.getByRole('button', { name: 'Save' }).click()
    await expect
      .poll(async () => (await jsonOf(target().fetch('/api/config'))).channels.telegram.allow_from)
      .toEqual(['7', '8'])
    await expect.poll(async () => (await channel('telegram')).state).toBe('open')
    await page.getByRole('button', { name: 'Test the connection' }).first().click()
    await page.getByText('Result: ').filter({ hasText: 'ClawTestBot' }).waitFor()
  })

  it('lets a stranger in by their code, changes what they may do, and shuts them out', async () => {
    telegram.say('May I?', { chat: 81, from: { id: 81, first_name: 'Ben' } })
    const { page } = await visit('/channels?tab=people')
    await page.getByRole('button', { name: 'Let Ben in as Guest' }).click()
    await page.getByText('Ben may write now, as Guest.').waitFor()
    await page.getByLabel('Role of Ben').selectOption('owner')
    await expect.poll(async () => (await channel('telegram')).people[0]?.role).toBe('owner')
    await page.getByRole('button', { name: 'Remove Ben' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Nobody was let in yet').waitFor()
    expect((await channel('telegram')).people).toEqual([])
  })

  it('sends a failed message again, or forgets it', async () => {
    await target().fetch('/api/channels/test', {
      method: 'POST',
      body: JSON.stringify({ channel: 'telegram', to: '999', message: 'nobody reads this' }),
    })
    const { page } = await visit('/channels?tab=outbox')
    await page.getByText('nobody reads this').waitFor()
    await page.getByRole('button', { name: 'Send again' }).first().click()
    await page.getByText('It is on its way again.').waitFor()
    await page.getByText('chat not found').first().waitFor()
    await page.getByRole('button', { name: 'Forget' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click()
    await page.getByText('The message is forgotten.').waitFor()
    await page.getByText('Nothing here').waitFor()
  })

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('is accessible in %s at %i px', async (theme, width) => {
    const { page } = await visit('/channels', { theme, width })
    for (const [tab, shows] of [
      ['Platforms', 'More settings'],
      ['People', 'Who may write'],
      ['Outbox', 'Nothing here'],
    ]) {
      await page.getByRole('tab', { name: tab! }).click()
      await page.getByText(shows!, { exact: true }).first().waitFor()
      await expectAccessible(page)
    }
  })
})
