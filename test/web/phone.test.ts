import { expect, it } from 'vitest'
import { describeConsole } from './browser.ts'

describeConsole('on a phone', ['node'], {}, ({ visit, target }) => {
  it('menus work inside a drawer, and the navigation closes when it has led somewhere', async () => {
    await target().fetch('/api/chat', { method: 'POST', body: JSON.stringify({ session: 'one', message: '/help' }) })
    const { page } = await visit('/chat?session=two', { width: 390, height: 800 })
    await page.getByRole('button', { name: 'Open sessions' }).click()
    const drawer = page.getByRole('dialog', { name: 'Sessions' })
    await drawer.getByRole('button', { name: 'List options' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Show sessions of the schedule' }).click()
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Open navigation' }).click()
    await page.getByRole('dialog', { name: 'Navigation' }).getByRole('link', { name: 'Chat' }).click()
    await page.getByRole('dialog', { name: 'Navigation' }).waitFor({ state: 'hidden' })
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })
})
