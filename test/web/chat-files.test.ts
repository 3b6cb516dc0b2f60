/** Files of messages that were sent: seen again, downloaded, and what is shown where that cannot be. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { configFor } from '../support/scripted-model.ts'
import { startTelegramServer, type TelegramServer } from '../support/telegram-server.ts'
import { describeConsole } from './browser.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const sent = (page: Page) => page.getByRole('article').last().getByRole('list', { name: 'Attachments' })

/** Width of the image in pixels of its own, so 0 where the browser has nothing to show. */
const widthOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)

async function send(page: Page, text: string, ...files: Array<[name: string, content: Buffer]>) {
  const chosen = files.map(([name, buffer]) => ({ name, buffer, mimeType: 'application/octet-stream' }))
  await page.locator('input[type=file]').setInputFiles(chosen)
  for (const [name] of files) await page.getByText(name).first().waitFor()
  await expect.poll(() => page.getByText('Uploading').count()).toBe(0)
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Copy the answer' }).last().waitFor()
}

let model: ModelServer
let telegram: TelegramServer
beforeAll(async () => {
  model = await startModelServer()
  telegram = await startTelegramServer()
})
afterAll(async () => {
  await telegram.close()
  await model.close()
})
const connected = () => ({
  config: {
    ...configFor(model),
    channels: { telegram: { enabled: true, token: telegram.token, api_root: telegram.url, allow_from: ['7'] } },
  },
})

describeConsole('files in the chat', ['node', 'workerd'], connected, ({ visit }) => {
  it('shows images, large on a press, and offers every file for download', async () => {
    const { page } = await visit('/chat?session=files')
    await send(page, 'text="seen"', ['dot 日本.png', PNG], ['notes.txt', Buffer.from('tea')])
    await page.reload()
    const thumbnail = sent(page).getByRole('button', { name: 'Enlarge dot_日本.png' })
    await thumbnail.waitFor()
    await expect.poll(() => widthOf(page, 'article img')).toBe(1)

    await thumbnail.click()
    const dialog = page.getByRole('dialog', { name: 'dot_日本.png' })
    await dialog.waitFor()
    expect(await widthOf(page, 'dialog[open] img')).toBe(1)
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })

    const download = page.waitForEvent('download')
    await sent(page).getByRole('link', { name: 'Download notes.txt' }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe('notes.txt')
    const chunks: Buffer[] = []
    for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe('tea')
  })

  it('offers what only calls itself an image for download', async () => {
    const { page } = await visit('/chat?session=wrong')
    await send(page, 'text="seen"', ['page.png', Buffer.from('<!doctype html><script>alert(1)</script>')])
    await sent(page).getByRole('link', { name: 'Download page.png' }).waitFor()
    expect(await sent(page).getByRole('button').count()).toBe(0)
  })
})

describeConsole('files in the chat', ['node'], connected, ({ visit, target }) => {
  it('shows what came through a channel, without the path it has in the gateway', async () => {
    const file_id = telegram.file(PNG, { path: 'photos/file_1.png' })
    const photo = [{ file_id, file_unique_id: 'p1', file_size: PNG.length }]
    telegram.say('', { message: { photo, caption: 'Look here text="a dot"' } })
    await telegram.waitFor(7, 1)
    const { sessions } = (await (await target().fetch('/api/sessions')).json()) as { sessions: Array<{ key: string }> }
    const { key } = sessions.find((session) => session.key.startsWith('telegram:'))!
    const { page } = await visit(`/chat?session=${encodeURIComponent(key)}`)
    await sent(page)
      .getByRole('button', { name: /^Enlarge .*\.png$/ })
      .waitFor()
    await expect.poll(() => widthOf(page, 'article img')).toBe(1)
    expect(await page.getByRole('article').last().innerText()).not.toContain('uploads/')
  })

  it('says when a file is no longer kept', async () => {
    const path = `/uploads/${Date.now() - 8 * 24 * 3600_000}_0123456789ab_old.png`
    const media = [path, path.replace('old.png', 'old.txt')]
    // On Node the path of an upload has the home in front of it; what never came is gone on both.
    const body = JSON.stringify({ session: 'gone', message: 'text="late"', media })
    expect((await target().fetch('/api/chat', { method: 'POST', body })).status).toBe(200)
    const { page } = await visit('/chat?session=gone')
    await expect.poll(() => sent(page).getByText('no longer kept').count()).toBe(2)
    expect(await sent(page).getByRole('link').count()).toBe(0)
  })
})
