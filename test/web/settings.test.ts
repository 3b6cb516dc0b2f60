import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { expectAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

const provider = {
  api_base: 'https://llm.example.org/v1',
  api_key: 'sk-0123456789abcdef',
  models: ['m'],
  timeout_sec: 30,
}
const config = {
  agents: { defaults: { model: { primary: 'mine/m' } } },
  models: { providers: { mine: provider } },
}

/** Replaces what an editor has, as a paste does. */
async function write(editor: Locator, text: string) {
  await editor.press('ControlOrMeta+a')
  await editor.press('Backspace')
  await editor.page().keyboard.insertText(text)
}

describeConsole('the settings', ['node', 'workerd'], { config }, ({ visit, target }) => {
  const saved = async () => jsonOf(target().fetch('/api/config'))

  it('shows a refusal at its field, saves what is right, and puts the config before back', async () => {
    const { page } = await visit('/settings')
    const search = page.getByLabel('Search the settings')
    await search.fill('retention')
    await page.getByText('1 setting found').waitFor()
    const days = page.getByLabel(/^Retention days/)
    await days.fill('soon')
    await page.getByText('Enter a whole number.').waitFor()
    await days.fill('-1')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('logging.retention_days must be').waitFor()
    expect(await days.getAttribute('aria-invalid')).toBe('true')
    expect((await saved()).logging.retention_days).toBe(3)
    await expectAccessible(page)

    await days.fill('14')
    await search.fill('heartbeat every')
    await page.getByLabel(/^Every sec/).fill('900')
    await page.getByText('2 changes are not saved').waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Saved and in force.').waitFor()
    expect(await saved()).toMatchObject({
      agents: { defaults: { heartbeat: { every_sec: 900 } } },
      logging: { retention_days: 14 },
      models: { providers: { mine: { api_base: provider.api_base } } },
    })

    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByText('agents.defaults.heartbeat.every_sec, logging.retention_days').waitFor()
    await page
      .getByRole('button', { name: /^Put back the config of/ })
      .first()
      .click()
    await page.getByRole('dialog').getByRole('button', { name: 'Put back' }).click()
    await page.getByText('is in force again.').waitFor()
    expect((await saved()).logging.retention_days).toBe(3)
  })

  it('keeps a masked secret, and takes a new one', async () => {
    const { page } = await visit('/settings?section=models')
    await page.locator('summary', { hasText: 'mine' }).click()
    const before = (await saved()).models.providers.mine.api_key
    expect(before).toMatch(/^\*{4}/)
    await page.getByLabel(/^Timeout sec/).fill('45')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('is not saved').waitFor({ state: 'detached' })
    expect((await saved()).models.providers.mine).toMatchObject({ timeout_sec: 45, api_key: before })
    await page.getByLabel(/^Api key/).fill('sk-another-0123456789')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('1 change is not saved').waitFor({ state: 'detached' })
    expect((await saved()).models.providers.mine.api_key).not.toBe(before)
    expect(await page.content()).not.toContain('sk-another')
  })

  it('adds and removes named entries', async () => {
    const { page } = await visit('/settings?section=limits')
    await page.getByLabel('New entry in Prices').fill('mine/m')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByLabel(/^Input/).fill('2.5')
    await page.getByLabel(/^Output/).fill('10')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('not saved').waitFor({ state: 'detached' })
    expect((await saved()).limits.prices).toEqual({ 'mine/m': { input: 2.5, output: 10 } })
    await page.getByRole('button', { name: 'Remove mine/m' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('not saved').waitFor({ state: 'detached' })
    expect((await saved()).limits.prices).toEqual({})
  })

  it('edits the JSON, says where it is broken, and asks before it overwrites a change of somebody else', async () => {
    const { page } = await visit('/settings?tab=raw')
    const editor = page.getByRole('textbox', { name: 'Text of config.json' })
    await editor.waitFor()
    await write(editor, '{ "gateway": ')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Not saved: nothing has changed').waitFor()
    const mine = { ...(await saved()), cron: { max_workers: 7 } }
    await target().fetch('/api/config', { method: 'POST', body: JSON.stringify({ ...mine, cron: { max_workers: 5 } }) })
    await write(editor, JSON.stringify(mine))
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('dialog').getByText('The config was changed elsewhere').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Save mine' }).click()
    await page.getByText('Saved and in force.').waitFor()
    expect((await saved()).cron.max_workers).toBe(7)
  })

  it('asks before what was typed is lost', async () => {
    const { page } = await visit('/settings?section=cron')
    await page.getByLabel(/^Max workers/).fill('3')
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByRole('dialog').getByText('Leave without saving?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await page.getByLabel(/^Max workers/).inputValue()).toBe('3')
  })

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('is accessible in %s at %i px', async (theme, width) => {
    const { page } = await visit('/settings?section=gateway', { theme, width })
    await page.getByText('gateway.port').waitFor()
    await expectAccessible(page)
    await page.getByRole('tab', { name: 'JSON' }).click()
    await page.locator('.cm-content').waitFor()
    await expectAccessible(page)
    await page.getByRole('tab', { name: 'History' }).click()
    await page.getByText('In force', { exact: true }).waitFor()
    await expectAccessible(page)
  })
})
