import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { expectAccessible, testAccessible } from './accessible.ts'
import { describeConsole, enter } from './browser.ts'

const lines = (page: Page) => page.getByRole('region', { name: 'Log lines' })
/** A request with a wrong token leaves a warning. */
const knock = (url: string) => fetch(`${url}/api/status`, { headers: { authorization: 'Bearer wrong' } })

describeConsole('the log', ['node', 'workerd'], {}, ({ visit, target }) => {
  it('shows what is written while it is open, by level and text, and holds still when asked', async () => {
    const { page } = await visit('/logs')
    await page.getByText('Live').waitFor()
    await knock(target().url)
    const line = lines(page).getByText('status=401').last()
    await line.waitFor()

    await page.getByLabel('Level').selectOption('ERROR')
    await page.getByText('No line matches').waitFor()
    await page.getByRole('button', { name: 'Show everything' }).click()
    await line.waitFor()
    await page.getByLabel('Filter by text').fill('no such text')
    await page.getByText('No line matches').waitFor()
    await page.getByLabel('Filter by text').fill('STATUS=401')
    await line.waitFor()
    await line.click()
    await lines(page).getByText('"level": ').first().waitFor()

    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused').waitFor()
    const shown = await lines(page).getByRole('button').count()
    await knock(target().url)
    await page.getByText(/\d+ new lines?/).waitFor()
    expect(await lines(page).getByRole('button').count()).toBe(shown)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('Live').waitFor()
  })
})

describeConsole('the log', ['node'], {}, ({ visit, stranger, target }) => {
  /** As many lines as a gateway writes in a day, at once: through a socket in the gateway's place. */
  it('does not freeze at ten thousand lines', async () => {
    const visitor = await stranger()
    const { page } = visitor
    await page.routeWebSocket('**/api/logs/live', (socket) => {
      const line = (i: number) => {
        const entry = { time: new Date(1e12 + i).toISOString(), level: i % 50 ? 'INFO' : 'WARN', msg: `line ${i}` }
        return `${JSON.stringify({ ok: true, type: 'log_entry', entry })}\n`
      }
      for (let i = 0; i < 12_000; i += 100) socket.send(Array.from({ length: 100 }, (_, j) => line(i + j)).join(''))
    })
    await enter(visitor, target(), '/logs')
    await page.getByText(/^12,\d{3} lines$/).waitFor()
    // Only what is in sight is on the page.
    expect(await lines(page).getByRole('button').count()).toBeLessThan(200)
    await page.getByLabel('Filter by text').fill('line 11999')
    await lines(page).getByText('line 11999').waitFor()
    await page.getByText(/^1 of 12,\d{3} lines$/).waitFor()
    await page.getByLabel('Filter by text').fill('')
    await page.getByText(/^12,\d{3} lines$/).waitFor()
    await lines(page).getByText('line 11999').waitFor()
    await page.waitForTimeout(500)
    await lines(page).focus()
    await page.keyboard.press('PageUp')
    await page.getByRole('button', { name: 'To the newest line' }).click()
    await expect.poll(() => lines(page).getByText('line 11999').isVisible()).toBe(true)
    await expectAccessible(page)
  })

  it('says that the log is switched off', async () => {
    const config = await jsonOf(target().fetch('/api/config'))
    const setLog = async (enabled: boolean) =>
      expect((await post(target(), '/api/config', { ...config, logging: { ...config.logging, enabled } })).status).toBe(
        200,
      )
    await setLog(false)
    const { page } = await visit('/logs')
    await page.getByText('The log is switched off').waitFor()
    await setLog(true)
  })

  testAccessible(visit, '/logs', async (page) => {
    await page.getByText('Live').waitFor()
    await knock(target().url)
    await lines(page).getByText('status=401').last().waitFor()
  })
})
