import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GuardedModel, startGuardedModel } from '../support/guarded-model.ts'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { type OAuthServer, startOAuthServer } from '../support/oauth-server.ts'
import { expectAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

const KEY = 'sk-right-0123456789'

let model: ModelServer
let guarded: GuardedModel
let issuer: OAuthServer
beforeAll(async () => {
  model = await startModelServer({ apiKey: KEY, models: ['script', 'other-model'] })
  issuer = await startOAuthServer()
  guarded = await startGuardedModel({ who: (token) => issuer.accountOf(token) })
})
afterAll(() => Promise.all([model.close(), guarded.close(), issuer.close()]))

const dialog = (page: Page) => page.getByRole('dialog')

describeConsole('connecting a first model', ['node', 'workerd'], {}, ({ visit, target }) => {
  it('leads from nothing over a refused key to a model that answers', async () => {
    const { page } = await visit('/models')
    await page.getByText('Connect a model to begin').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Connect a provider' }).first().click()
    await dialog(page).getByLabel('Provider').selectOption('other')
    await dialog(page).getByRole('textbox', { name: 'Name' }).fill('mine')
    await dialog(page).getByLabel('Address').fill(`${model.url}/v1`)
    await dialog(page).getByLabel('API key').fill('sk-wrong-0123456789')
    await dialog(page).getByLabel('Model', { exact: true }).fill('script')
    await dialog(page).getByRole('button', { name: 'Test and save' }).click()
    await dialog(page).getByText('The provider refused the credentials').waitFor()
    expect((await jsonOf(target().fetch('/api/config'))).models.providers.mine).toBeUndefined()
    await expectAccessible(page)

    await dialog(page).getByLabel('API key').fill(KEY)
    await dialog(page).getByRole('button', { name: 'Test', exact: true }).click()
    await dialog(page).getByText('2 models are offered').waitFor()
    await dialog(page).getByRole('button', { name: 'Test and save' }).click()
    await page.getByText('mine is connected.').waitFor()
    await page.getByText('Answers first').waitFor()
    expect(await jsonOf(target().fetch('/api/models'))).toMatchObject({ primary: 'mine/script', source: 'config' })
    await page.getByRole('link', { name: 'Write the first message' }).click()
    await page.getByText('What can I do for you?').waitFor()
  })
})

const two = () => ({
  config: {
    agents: { defaults: { model: { primary: 'mine/script', fallbacks: ['mine/other-model'] } } },
    models: {
      providers: {
        mine: { api_base: `${model.url}/v1`, api_key: KEY, models: ['script'], timeout_sec: 10 },
        google: {
          ...{ api_base: guarded.baseUrl, models: ['m-1'], auth: 'oauth', type: 'openai-compatible', timeout_sec: 10 },
          oauth: {
            ...{ provider: 'gemini', client_id: issuer.clientId },
            ...{ auth_url: issuer.authorizeUrl, token_url: issuer.tokenUrl },
          },
        },
        qwen: {
          ...{ api_base: guarded.baseUrl, models: ['m-1'], auth: 'oauth', type: 'openai-compatible', timeout_sec: 10 },
          oauth: {
            ...{ provider: 'qwen', client_id: issuer.clientId },
            ...{ auth_url: issuer.deviceUrl, token_url: issuer.tokenUrl },
          },
        },
      },
    },
  },
})

describeConsole('the models page', ['node'], two, ({ visit, target }) => {
  it('puts the models into another order with the keyboard', async () => {
    const { page } = await visit('/models?tab=order')
    const up = page.getByRole('button', { name: 'Move mine/other-model up' })
    await up.focus()
    await page.keyboard.press('Enter')
    await page.getByText('mine/other-model is now at place 1.').waitFor()
    await page.getByLabel('Add a fallback').selectOption('google/m-1')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('The order is saved.').waitFor()
    expect((await jsonOf(target().fetch('/api/config'))).agents.defaults.model).toEqual({
      primary: 'mine/other-model',
      fallbacks: ['mine/script', 'google/m-1'],
    })
  })

  it('signs an account in by the pasted address, shows it, and deletes it', async () => {
    const { page } = await visit('/models')
    await page.getByRole('button', { name: 'Sign in to google' }).click()
    await dialog(page).getByLabel('Name of the account').fill('work')
    await dialog(page).getByRole('button', { name: 'Begin', exact: true }).click()
    const href = await dialog(page).getByRole('link', { name: 'Open the sign-in page' }).getAttribute('href')
    await dialog(page).getByRole('button', { name: 'Complete the sign-in' }).click()
    await dialog(page).getByText('Paste the whole address').waitFor()
    const ended = await issuer.allow(href!, 'anna@example.com')
    await dialog(page).getByLabel('Address the browser ended on').fill(ended)
    await dialog(page).getByRole('button', { name: 'Complete the sign-in' }).click()
    await page.getByText('anna@example.com is signed in.').waitFor()
    await page.getByText('work', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Refresh work' }).click()
    await page.getByText('The account has a fresh token.').waitFor()
    await page.getByRole('button', { name: 'Delete work' }).click()
    await dialog(page).getByRole('button', { name: 'Remove' }).click()
    await page.getByText('The account is deleted.').waitFor()
    await page.getByText('work', { exact: true }).waitFor({ state: 'detached' })
  })

  it('signs an account in with a code, asking until it was typed', async () => {
    const { page } = await visit('/models')
    await page.getByRole('button', { name: 'Connect a provider' }).click()
    await dialog(page).getByRole('tab', { name: 'With an account' }).click()
    await dialog(page).getByLabel('Provider').selectOption('qwen')
    await dialog(page).getByRole('button', { name: 'Begin', exact: true }).click()
    const code = await dialog(page).locator('code').textContent()
    await dialog(page).getByText('Waiting until you have entered it.').waitFor()
    issuer.approve(code!, 'ben@example.com')
    await page.getByText(/is signed in\.$/).waitFor()
    const { accounts } = await jsonOf(target().fetch('/api/provider/oauth/accounts?provider=qwen'))
    expect(accounts).toHaveLength(1)
  })

  it('chooses the models of a provider from what it offers', async () => {
    const { page } = await visit('/models')
    await page.getByRole('button', { name: 'Test mine' }).click()
    await page.getByText('mine answers. It lists 2 models.').waitFor()
    await page.getByRole('button', { name: 'Choose models of mine' }).click()
    await dialog(page).getByLabel('Filter').fill('other')
    await dialog(page).getByLabel('other-model').check()
    await expectAccessible(page)
    await dialog(page).getByRole('button', { name: 'Save' }).click()
    await page.getByText('The models are saved.').waitFor()
    const { models } = await jsonOf(target().fetch('/api/config'))
    expect(models.providers.mine.models).toEqual(['script', 'other-model'])
  })

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('is accessible in %s at %i px', async (theme, width) => {
    const { page } = await visit('/models', { theme, width })
    for (const [tab, shows] of [
      ['Providers', 'google'],
      ['Order', 'Models in their order'],
      ['Activity', 'What happened'],
    ]) {
      await page.getByRole('tab', { name: tab! }).click()
      await page.getByText(shows!, { exact: true }).first().waitFor()
      await expectAccessible(page)
    }
  })
})
