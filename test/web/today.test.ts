import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor } from '../support/scripted-model.ts'
import { testAccessible } from './accessible.ts'
import { describeConsole, enter } from './browser.ts'

let model: ModelServer
beforeAll(async () => {
  model = await startModelServer()
})
afterAll(() => model.close())
const withModel = () => ({
  config: {
    ...configFor(model),
    limits: { prices: { 'local/script': { input: 1000, output: 1000 } }, currency: 'EUR' },
  },
})

describeConsole('today', ['node', 'workerd'], withModel, ({ stranger, target }) => {
  it('tells how it is, what ran, what is next, what failed, and what it cost', async () => {
    const visitor = await stranger()
    const { page } = visitor
    const listening = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'))
    await enter(visitor, target(), '/today')
    await page.getByText('Everything is fine').waitFor()
    await page.getByText('Nothing ran yet.').waitFor()
    await page.getByText('Nothing was used in these days').waitFor()
    await listening

    await post(target(), '/api/cron', { name: 'New year', message: 'text="cheers"', expr: '0 0 1 1 *', tz: 'UTC' })
    await post(target(), '/api/chat', { session: 'plans', message: 'text="a fine plan"' })
    // Without a reload: the page hears of it.
    const ran = page.getByRole('region', { name: 'What ran' })
    await ran
      .getByRole('link', { name: /a fine plan/ })
      .getByText('Done')
      .waitFor()
    await page.getByRole('img', { name: /Tokens a day, by model, the last 30 days/ }).waitFor()
    const usage = page.getByRole('region', { name: 'Usage', exact: true }).first()
    await usage.getByText('local/script').first().waitFor()
    await usage.getByRole('button', { name: 'Money' }).click()
    await usage.getByText('€').first().waitFor()
    await usage.getByRole('button', { name: 'By session' }).click()
    await usage.getByRole('listitem').getByText('a fine plan').waitFor()
    await usage.getByText('As a table').click()
    expect(await usage.getByRole('table').getByRole('row').count()).toBe(2)

    await post(target(), '/api/chat', { session: 'broken', message: 'fail=400' })
    const attention = page.getByRole('region', { name: 'Needs your attention' })
    await attention.getByText(/An answer in .* failed: LLM call failed/).waitFor()
    await page.reload()
    await page
      .getByRole('region', { name: 'What is next' })
      .getByRole('link', { name: /New year/ })
      .waitFor()
    await attention.getByRole('link', { name: 'Show' }).click()
    await page.waitForURL(/#\/chat\?session=broken/)
  })
})

describeConsole('today', ['node'], withModel, ({ visit, target }) => {
  beforeAll(async () => {
    await post(target(), '/api/chat', { session: 'plans', message: 'text="a fine plan"' })
    await post(target(), '/api/chat', { session: 'broken', message: 'fail=400' })
  })

  testAccessible(visit, '/today', async (page) => {
    await page.locator('.u-over').waitFor()
    await page.getByRole('region', { name: 'Needs your attention' }).waitFor()
  })
})

describeConsole('today without a model', ['node'], {}, ({ visit }) => {
  it('leads to connecting one', async () => {
    const { page } = await visit('/today')
    await page.getByText('No model is connected').waitFor()
    await page.getByRole('link', { name: 'Connect a model' }).click()
    await page.waitForURL(/#\/models/)
  })
})
