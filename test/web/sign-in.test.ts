import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { describeConsole } from './browser.ts'

describeConsole('signing in', ['node', 'workerd'], {}, ({ target, visit, stranger }) => {
  it('takes a one-time link, and leaves neither code nor token in the address', async () => {
    const { page, context } = await visit()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(page.url()).toBe(`${target().url}/#/chat`)
    const [cookie] = await context.cookies()
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' })
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage) + location.href')).not.toContain(
      target().token,
    )
  })

  it('takes a pasted token, says when it is the wrong one, and signs out', async () => {
    const { page, context } = await stranger()
    await page.goto(target().url)
    const token = page.getByLabel('Token')
    await token.fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').filter({ hasText: 'does not open this gateway' }).waitFor()
    await token.fill(` ${target().token} `)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('#content').waitFor()
    await page.getByRole('button', { name: 'Appearance and sign-out' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await token.waitFor()
    expect(await context.cookies()).toEqual([])
  })

  it('takes the token of an old bookmark out of the address', async () => {
    const { page } = await stranger()
    await page.goto(`${target().url}/?token=${target().token}`)
    await page.locator('#content').waitFor()
    expect(page.url()).not.toContain('token')
  })
})

describeConsole('a gateway that goes away', ['node'], {}, ({ target, visit }) => {
  it('leaves the page on the screen, says so, and goes on by itself when it is back', async () => {
    const { page } = await visit('/chat')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.context().setOffline(true)
    await page.getByLabel('Message').fill('hello there')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('The gateway does not answer').waitFor()
    await page.getByText('hello there').waitFor()
    await page.context().setOffline(false)
    await page.getByText('The gateway does not answer').waitFor({ state: 'detached' })
    await expect.poll(async () => (await jsonOf(target().fetch('/api/chat/history'))).messages.length).toBe(2)
    expect(await page.getByRole('article').count()).toBe(1)
  })
})
