import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { configFor } from '../support/scripted-model.ts'
import { describeConsole } from './browser.ts'

const words = (n: number) => Array.from({ length: n }, (_, i) => `t${i}`).join(' ')
const conversation = (page: Page) => page.getByRole('region', { name: 'Conversation' })
const lastAnswer = (page: Page) => conversation(page).getByRole('article').last()

async function say(page: Page, text: string) {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
}

let model: ModelServer
beforeAll(async () => {
  model = await startModelServer({ models: ['script', 'other'] })
})
afterAll(() => model.close())
const withModel = () => ({ config: configFor(model) })

describeConsole('chat', ['node', 'workerd'], withModel, ({ visit, target }) => {
  it('shows an answer while it is written, and all of it once after reloads in the middle', async () => {
    const { page } = await visit('/chat?session=reload')
    await say(page, 'tokens=120 delay=40')
    await lastAnswer(page).getByText('t5 ').waitFor()
    await page.reload()
    await lastAnswer(page).getByText('t20 ').waitFor()
    await page.reload()
    await lastAnswer(page).getByRole('button', { name: 'Copy the answer' }).waitFor()
    expect(await lastAnswer(page).locator('.markdown').innerText()).toBe(words(120))
    expect(await conversation(page).getByText('tokens=120').count()).toBe(1)
  })

  it('goes on after the connection was lost in the middle, without losing or repeating anything', async () => {
    const { page, context } = await visit('/chat?session=offline')
    await say(page, 'tokens=100 delay=40')
    await lastAnswer(page).getByText('t5 ').waitFor()
    await context.setOffline(true)
    await page.waitForTimeout(1500)
    await context.setOffline(false)
    await lastAnswer(page).getByRole('button', { name: 'Copy the answer' }).waitFor()
    expect(await lastAnswer(page).locator('.markdown').innerText()).toBe(words(100))
  })

  it('goes on when the gateway was restarted in the middle, with the whole answer once', async () => {
    const { page } = await visit('/chat?session=restart')
    await say(page, 'tokens=80 delay=40')
    await lastAnswer(page).getByText('t8 ').waitFor()
    await target().restart()
    await lastAnswer(page).getByRole('button', { name: 'Copy the answer' }).waitFor({ timeout: 50_000 })
    expect(await lastAnswer(page).locator('.markdown').innerText()).toBe(words(80))
    expect(await conversation(page).getByRole('article').count()).toBe(1)
  })

  it('stops an answer', async () => {
    const { page } = await visit('/chat?session=stop')
    await say(page, 'tokens=2000 delay=30')
    await lastAnswer(page).getByText('t3 ').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await lastAnswer(page).getByText('Stopped').waitFor()
    const { turns } = await jsonOf(target().fetch('/api/chat/transcript?session=stop'))
    expect(turns).toMatchObject([{ state: 'stopped' }])
  })
})

describeConsole('chat', ['node'], withModel, ({ visit, target }) => {
  it('shows thoughts and tools as they happen, with input and output on demand', async () => {
    const { page } = await visit('/chat?session=tools')
    await say(page, 'think=3 call=list_dir:{"path":"."} text="looked"')
    const card = page.locator('summary', { hasText: 'list_dir' })
    await card.click()
    await page.getByRole('region', { name: 'Output' }).getByText('AGENTS.md').waitFor()
    await page.getByText('Thoughts').first().waitFor()
    await page.reload()
    await page.getByText('looked', { exact: true }).waitFor()
    await card.click()
    await page.getByRole('region', { name: 'Output' }).getByText('AGENTS.md').waitFor()
  })

  it('edits a message and sends it again in the place of the old one, and answers again', async () => {
    const { page } = await visit('/chat?session=edit')
    await say(page, 'text="first answer"')
    await page.getByText('first answer', { exact: true }).waitFor()
    await conversation(page).getByText('text="first answer"').hover()
    await page.getByRole('button', { name: 'Edit and send again' }).click()
    await page.getByLabel('Edit and send again').fill('text="second answer"')
    await page.keyboard.press('Enter')
    await page.getByText('second answer', { exact: true }).waitFor()
    expect(await page.getByText('first answer').count()).toBe(0)
    await page.getByRole('button', { name: 'Answer again' }).click()
    await expect.poll(() => model.requestsOf('text="second answer"').length).toBe(2)
    await page.getByText('second answer', { exact: true }).waitFor()
    const { messages } = await jsonOf(target().fetch('/api/chat/history?session=edit'))
    expect(messages).toHaveLength(2)
  })

  it('completes commands with the keyboard', async () => {
    const { page } = await visit('/chat?session=commands')
    const box = page.getByLabel('Message', { exact: true })
    await box.fill('/st')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    expect(await box.inputValue()).toBe('/stop ')
    await box.fill('/he')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await conversation(page).getByText('/usage: tokens this session has used').waitFor()
  })

  it('takes files by drop, paste and choice, and sends them along', async () => {
    const { page } = await visit('/chat?session=files')
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'one.txt', mimeType: 'text/plain', buffer: Buffer.from('content one') })
    for (const event of ['drop', 'paste']) {
      await page.getByLabel('Message', { exact: true }).evaluate((element, kind) => {
        // Runs in the page.
        const scope = globalThis as unknown as Record<string, new (...args: unknown[]) => never>
        const data = new scope.DataTransfer!() as { items: { add(file: unknown): void } }
        data.items.add(new scope.File!([`content ${kind}`], `${kind}.txt`, { type: 'text/plain' }))
        const init = {
          bubbles: true,
          cancelable: true,
          ...(kind === 'drop' ? { dataTransfer: data } : { clipboardData: data }),
        }
        ;(element as unknown as { dispatchEvent(event: unknown): void }).dispatchEvent(
          new scope[kind === 'drop' ? 'DragEvent' : 'ClipboardEvent']!(kind, init),
        )
      }, event)
    }
    for (const name of ['one.txt', 'drop.txt', 'paste.txt']) await page.getByText(name).waitFor()
    await expect.poll(() => page.getByText('Uploading').count()).toBe(0)
    await say(page, 'text="read"')
    await page.getByText('read', { exact: true }).waitFor()
    expect(JSON.stringify(model.lastRequest?.body)).toMatch(/content one.*content drop.*content paste/)
    await page.reload()
    await page.getByText('paste.txt').waitFor()
  })

  it('chooses the model of the session', async () => {
    const { page } = await visit('/chat?session=model')
    await page.getByRole('button', { name: 'Model: script' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'local/script' }).click()
    await expect
      .poll(async () => (await jsonOf(target().fetch('/api/chat/transcript?session=model'))).model)
      .toBe('local/script')
  })

  it('lists, finds, renames and deletes sessions', async () => {
    const { page } = await visit('/chat?session=zoo')
    await say(page, 'text="the elephant sleeps"')
    await page.getByText('the elephant sleeps', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Session menu' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('At the zoo')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'At the zoo' }).waitFor()
    await page.getByRole('button', { name: 'New chat' }).first().click()
    await page.getByText('What can I do for you?').waitFor()
    await page.getByLabel('Search all sessions').fill('elephant')
    await page.getByRole('button', { name: 'the elephant sleeps' }).last().click()
    await page.getByRole('heading', { level: 1, name: 'At the zoo' }).waitFor()
    await page.getByRole('button', { name: 'Session menu' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('The session is deleted.').waitFor()
    await expect
      .poll(async () => JSON.stringify(await jsonOf(target().fetch('/api/sessions?titles=1'))))
      .not.toContain('zoo')
  })

  it('shows what another client says in the session', async () => {
    const { page } = await visit('/chat?session=shared')
    await page.getByText('What can I do for you?').waitFor()
    await page.waitForTimeout(500)
    await target().fetch('/api/chat', {
      method: 'POST',
      body: JSON.stringify({ session: 'shared', message: 'text="from elsewhere"' }),
    })
    await page.getByText('from elsewhere', { exact: true }).waitFor()
  })

  it('keeps what a text names away from other hosts, and its HTML as text', async () => {
    const { page } = await visit('/chat?session=hostile')
    await say(
      page,
      `text=${JSON.stringify('![x](https://evil.example/p.png) <img src=x onerror=alert(1)> [l](javascript:alert(1))')}`,
    )
    await lastAnswer(page).getByRole('button', { name: 'Copy the answer' }).waitFor()
    expect(await lastAnswer(page).locator('.markdown img').count()).toBe(0)
    expect(await lastAnswer(page).locator('.markdown a[href^="javascript"]').count()).toBe(0)
    expect(await lastAnswer(page).locator('.markdown a[href^="https://evil.example"]').getAttribute('rel')).toContain(
      'noopener',
    )
  })

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('is free of barriers that can be measured, %s at %i px', async (theme, width) => {
    const { page } = await visit('/chat?session=tools', { theme, width, height: 700 })
    await page.getByText('looked', { exact: true }).waitFor()
    await page.waitForTimeout(300)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))])).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })
})

describeConsole('the first start', ['node'], {}, ({ visit }) => {
  it('leads through connecting a model to the first message', async () => {
    const { page } = await visit('/chat')
    await page.getByLabel('Provider').selectOption('other')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('Use letters, digits').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('mine')
    await page.getByLabel('Address').fill(`${model.url}/v1`)
    await page.getByLabel('API key').fill('k')
    await page.getByLabel('Model', { exact: true }).fill('script')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await page.getByText('What can I do for you?').waitFor()
    await say(page, 'text="hello, owner"')
    await page.getByText('hello, owner', { exact: true }).waitFor()
  })
})
