import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import type { Target } from '../support/targets.ts'
import { expectAccessible, testAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

const memory = (target: Target) => jsonOf(target.fetch('/api/memory?path=MEMORY.md'))

describeConsole('files and memory', ['node', 'workerd'], {}, ({ visit, target }) => {
  it('edits a document, makes a file and deletes it', async () => {
    const { page } = await visit('/files')
    await page.getByRole('link', { name: 'SOUL.md' }).first().click()
    const editor = page.getByRole('textbox', { name: 'Text of SOUL.md' })
    await editor.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('Be kind.')
    await page.getByText('Not saved').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('SOUL.md is saved.').waitFor()
    expect((await jsonOf(target().fetch('/api/workspace_file?path=SOUL.md'))).content).toMatch(/Be kind\.$/)

    await page.getByRole('button', { name: 'New file' }).click()
    await page.getByLabel('Path').fill('plans/genoa.md')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('Does not exist yet').waitFor()
    await page.getByRole('textbox', { name: 'Text of plans/genoa.md' }).click()
    await page.keyboard.type('Take the train.')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('plans/genoa.md is saved.').waitFor()
    await page.getByRole('link', { name: 'genoa.md' }).waitFor()

    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('plans/genoa.md is deleted.').waitFor()
    expect((await jsonOf(target().fetch('/api/workspace_file?path=plans/genoa.md'))).found).toBe(false)
  })

  it("shows somebody else's change before it would be overwritten, piece by piece", async () => {
    await post(target(), '/api/memory', { path: 'MEMORY.md', content: '# Lasting\n\n- tea\n\n- trains\n' })
    const { page } = await visit('/files?path=MEMORY.md')
    const editor = page.getByRole('textbox', { name: 'Text of MEMORY.md' })
    await editor.getByText('trains').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('- mine\n')
    await post(target(), '/api/memory', { path: 'MEMORY.md', content: '# Lasting\n\n- coffee\n\n- trains\n' })
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Green is your text').waitFor()
    expect((await memory(target())).content).not.toContain('mine')
    await page.getByText('- coffee').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Take theirs' }).first().click()
    await page.getByRole('button', { name: 'Save mine' }).click()
    await page.getByText('MEMORY.md is saved.').waitFor()
    expect((await memory(target())).content).toBe('# Lasting\n\n- coffee\n\n- trains\n- mine\n')
  })
})

describeConsole('files and memory', ['node'], {}, ({ visit, target }) => {
  it('asks before a draft is lost', async () => {
    const { page } = await visit('/files?path=USER.md')
    await page.getByRole('textbox', { name: 'Text of USER.md' }).click()
    await page.keyboard.type('draft ')
    await page.getByRole('link', { name: 'TOOLS.md' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    expect(await page.getByText('Not saved').isVisible()).toBe(true)
    await page.getByRole('link', { name: 'TOOLS.md' }).first().click()
    await page.getByRole('button', { name: 'Discard changes' }).click()
    await page.getByRole('textbox', { name: 'Text of TOOLS.md' }).waitFor()
    expect((await jsonOf(target().fetch('/api/workspace_file?path=USER.md'))).content).not.toContain('draft')
  })

  it('says why a file cannot be shown', async () => {
    await post(target(), '/api/workspace_file', { path: 'trips/rome.md', content: 'x' })
    const { page } = await visit('/files?path=trips')
    await page.getByRole('alert').getByText("'trips' is a folder").waitFor()
  })

  it('shows one thing at a time on a phone', async () => {
    const { page } = await visit('/files', { width: 360, height: 640 })
    await page.getByRole('link', { name: 'USER.md' }).first().click()
    await page.getByRole('textbox', { name: 'Text of USER.md' }).waitFor()
    await page.getByRole('button', { name: 'Back to the files' }).click()
    await page.getByRole('heading', { name: 'Files & memory' }).waitFor()
  })

  testAccessible(visit, '/files?path=AGENTS.md', (page) =>
    page.getByRole('textbox', { name: 'Text of AGENTS.md' }).waitFor(),
  )
})
