import { afterAll, beforeAll, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type HttpMcpServer, startMcpServer } from '../support/mcp-server-http.ts'
import { expectAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

let mcp: HttpMcpServer
beforeAll(async () => {
  mcp = await startMcpServer({ authorization: 'Bearer secret-of-mcp' })
})
afterAll(() => mcp.close())

const subagents = {
  main: { enabled: true, system_prompt_file: 'AGENTS.md' },
  researcher: {
    ...{ enabled: true, display_name: 'Researcher', system_prompt_file: 'AGENTS.md' },
    tools: { allowlist: ['web', 'file_read', 'message'] },
  },
}

describeConsole('the tools page', ['node', 'workerd'], { config: { agents: { subagents } } }, ({ visit, target }) => {
  const saved = async () => jsonOf(target().fetch('/api/config'))

  it('shows each tool with what it takes, and finds it', async () => {
    const { page } = await visit('/tools')
    await page.getByLabel('Filter tools').fill('grep_files')
    await page.getByText('1 tool', { exact: true }).waitFor()
    await page.locator('summary', { hasText: 'grep_files' }).click()
    await page
      .getByRole('region', { name: 'Parameters of grep_files' })
      .getByRole('cell', { name: /^pattern/ })
      .waitFor()
    await page.getByLabel('Filter tools').fill('no such tool')
    await page.getByText('No tool matches').waitFor()
  })

  it('adds an MCP server, shows its tools and its trouble, and removes it', async () => {
    const { page } = await visit('/tools?tab=servers')
    await page.getByText('No MCP server yet').waitFor()
    await page.getByRole('button', { name: 'Add a server' }).click()
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('little')
    await form.getByLabel('Address').fill(`${mcp.url}/mcp`)
    await form.getByLabel('Headers').fill('nonsense')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('Line 1 has no :.').waitFor()
    await form.getByLabel('Headers').fill('Authorization: Bearer secret-of-mcp')
    await expectAccessible(page)
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('little is saved.').waitFor()
    await page.getByText('Ready', { exact: true }).waitFor({ timeout: 30_000 })
    const { headers } = (await saved()).tools.mcp.servers.little
    expect(headers.Authorization).not.toContain('secret-of-mcp')
    await page.getByRole('tab', { name: 'Tools', exact: true }).click()
    await page.getByRole('heading', { name: 'MCP: little' }).waitFor()

    await page.getByRole('tab', { name: 'MCP servers' }).click()
    await page.getByRole('button', { name: 'More for little' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await form.getByLabel('Headers').fill('Authorization: Bearer wrong')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Failed', { exact: true }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'More for little' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('No MCP server yet').waitFor()
    expect((await saved()).tools.mcp.servers).toEqual({})
  })

  it('changes what a subagent may use', async () => {
    const { page } = await visit('/tools?tab=allowlists')
    const card = page.getByRole('region', { name: /Researcher/ })
    expect(await card.getByLabel(/^files_read/).isChecked()).toBe(true)
    await card.getByLabel(/^files_read/).uncheck()
    await card.getByLabel(/^memory_read/).check()
    await card.getByLabel('Never').fill('web_fetch\n')
    await card.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The tools of Researcher are saved.').waitFor()
    expect((await saved()).agents.subagents.researcher.tools).toMatchObject({
      allowlist: ['web', 'message', 'memory_read'],
      denylist: ['web_fetch'],
    })
  })

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)('is accessible in %s at %i px', async (theme, width) => {
    const { page } = await visit('/tools', { theme, width })
    await page.locator('summary').first().click()
    await expectAccessible(page)
    for (const [tab, shows] of [
      ['MCP servers', 'Connect MCP servers'],
      ['Allowlists', 'Researcher'],
    ]) {
      await page.getByRole('tab', { name: tab! }).click()
      await page.getByText(shows!, { exact: true }).first().waitFor()
      await expectAccessible(page)
    }
  })
})
