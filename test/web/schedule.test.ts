import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor } from '../support/scripted-model.ts'
import { expectAccessible, testAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

let model: ModelServer
beforeAll(async () => {
  model = await startModelServer()
})
afterAll(() => model.close())
const withModel = () => ({ config: configFor(model) })

describeConsole('the schedule', ['node', 'workerd'], withModel, ({ visit, target }) => {
  it('takes a job from its first word to its removal', async () => {
    const { page } = await visit('/schedule')
    await page.getByText('Nothing is scheduled').waitFor()
    await page.getByRole('button', { name: 'New job' }).click()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('Say what should be done.').waitFor()
    await page.getByLabel('Instruction').fill('text="all is well"')
    await page.getByLabel('Name', { exact: true }).fill('Look around')
    await page.getByRole('button', { name: 'Weekdays' }).click()
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo')
    const preview = page.getByRole('dialog').getByRole('status')
    await preview.getByText('At 09:00, Monday through Friday').waitFor()
    await expect.poll(() => preview.getByRole('listitem').count()).toBe(5)
    expect(await preview.getByRole('listitem').first().innerText()).toMatch(/09:00/)
    await page.getByRole('button', { name: 'Create' }).click()

    const { jobs } = await jsonOf(target().fetch('/api/cron'))
    expect(jobs).toMatchObject([{ name: 'Look around', schedule: { expr: '0 9 * * 1-5', tz: 'Asia/Tokyo' } }])
    await page.getByRole('button', { name: 'Look around' }).click()
    await page.getByText('It has not run yet.').waitFor()
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.getByRole('table').getByText('Done').waitFor()
    await page.getByRole('table').getByText('By hand').waitFor()

    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('button', { name: 'Every so often' }).click()
    await page.getByLabel('Every', { exact: true }).fill('2')
    await page.getByLabel('Unit').selectOption('days')
    await page.getByRole('button', { name: 'Save' }).click()
    // The form says "Every 2 days" as well, before it is saved.
    await page.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' })
    await page.getByRole('dialog').getByText('Every 2 days').waitFor()
    await page.keyboard.press('Escape')

    const switched = page.getByRole('switch', { name: 'Look around is switched on' })
    await switched.click()
    await page.getByText('Not planned').waitFor()
    expect((await jsonOf(target().fetch('/api/cron'))).jobs).toMatchObject([
      { enabled: false, schedule: { expr: '@every 48h' } },
    ])

    await page.getByRole('button', { name: 'Look around', exact: true }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog', { name: 'Delete this job?' }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Nothing is scheduled').waitFor()
    expect((await jsonOf(target().fetch('/api/cron'))).jobs).toEqual([])
  })
})

describeConsole('the schedule', ['node'], withModel, ({ visit, target }) => {
  it('keeps what the gateway refuses in the form, with its reason', async () => {
    const { page } = await visit('/schedule')
    await page.getByRole('button', { name: 'New job' }).click()
    await page.getByLabel('Instruction').fill('x')
    await page.getByLabel('Cron expression').fill('0 0 30 2 *')
    await page.getByRole('dialog').getByRole('status').getByText('it never comes').waitFor()
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('alert').getByText('it never comes').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Once', exact: true }).click()
    await page.getByLabel('Day and time').fill('2020-01-01T09:00')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('Give a time that is still to come.').waitFor()
    expect((await jsonOf(target().fetch('/api/cron'))).jobs).toEqual([])
  })

  it('shows a job that somebody else made, and opens it by keyboard', async () => {
    const { page } = await visit('/schedule')
    await page.getByText('Nothing is scheduled').waitFor()
    await post(target(), '/api/cron', { name: 'From the chat', message: 'text="hi"', expr: '@daily', tz: 'UTC' })
    await page.reload()
    const job = page.getByRole('button', { name: 'From the chat' })
    await job.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'From the chat' }).waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  testAccessible(visit, '/schedule', (page) => page.getByText('From the chat').waitFor())
})
