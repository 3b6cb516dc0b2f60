import JSZip from 'jszip'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { expectAccessible, testAccessible } from './accessible.ts'
import { describeConsole } from './browser.ts'

async function archive(name: string): Promise<Buffer> {
  const zip = new JSZip()
  zip.file(`${name}/SKILL.md`, `---\nname: ${name}\ndescription: Knows the tides.\n---\n\n# Tides\n`)
  zip.file(`${name}/scripts/ebb.sh`, 'echo ebb\n')
  return zip.generateAsync({ type: 'nodebuffer' })
}

/** Drops a file onto the page, as a hand would. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    `(() => {
       const bytes = Uint8Array.from(atob(${JSON.stringify(bytes.toString('base64'))}), (one) => one.charCodeAt(0))
       const data = new DataTransfer()
       data.items.add(new File([bytes], ${JSON.stringify(name)}))
       return data
     })()`,
  )
  const zone = page.getByRole('heading', { name: 'Skills', exact: true })
  for (const type of ['dragover', 'drop']) await zone.dispatchEvent(type, { dataTransfer: data })
}

/** The page says it in two places, of which a window shows one. */
const none = (page: Page) => page.getByText('No skills yet').filter({ visible: true })

describeConsole('skills', ['node', 'workerd'], {}, ({ visit, target }) => {
  it('are imported by a drop, looked at, edited, switched off and deleted', async () => {
    const { page } = await visit('/skills')
    await none(page).waitFor()
    await drop(page, 'tides.zip', await archive('tides'))
    await page.getByText('Imported: tides').waitFor()
    await page.getByRole('heading', { name: 'tides' }).waitFor()
    await page.getByLabel('Files of tides').selectOption('scripts/ebb.sh')
    const editor = page.getByRole('textbox', { name: 'Text of scripts/ebb.sh' })
    await editor.getByText('echo ebb').click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('echo flow')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('scripts/ebb.sh is saved.').waitFor()
    const read = await jsonOf(target().fetch('/api/skills?id=tides&file=scripts/ebb.sh'))
    expect(read.content).toBe('echo ebb\necho flow')

    await page.getByRole('switch', { name: 'tides is switched on' }).click()
    await page.getByRole('link', { name: 'tides Off' }).waitFor()
    await expect
      .poll(async () => (await jsonOf(target().fetch('/api/skills'))).skills)
      .toMatchObject([{ name: 'tides', enabled: false }])

    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await none(page).waitFor()
    expect((await jsonOf(target().fetch('/api/skills'))).skills).toEqual([])
  })
})

describeConsole('skills', ['node'], {}, ({ visit, target }) => {
  it('says why an archive is refused', async () => {
    const { page } = await visit('/skills')
    await none(page).waitFor()
    await drop(page, 'broken.zip', Buffer.from('no archive'))
    await page.getByRole('region', { name: 'Notices' }).getByRole('paragraph').waitFor()
    expect((await jsonOf(target().fetch('/api/skills'))).skills).toEqual([])
  })

  it('makes one, with a name that the gateway accepts', async () => {
    const { page } = await visit('/skills')
    await page.getByRole('button', { name: 'New skill' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill('../escape')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('invalid skill name').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('weekly-report')
    await page.getByLabel('When to use it').fill('Sums up a week.')
    await page.getByLabel('Instructions').fill('Read the notes.')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('textbox', { name: 'Text of SKILL.md' }).getByText('Read the notes.').waitFor()
    expect((await jsonOf(target().fetch('/api/skills'))).skills).toMatchObject([
      { name: 'weekly-report', description: 'Sums up a week.', enabled: true },
    ])
  })

  testAccessible(visit, '/skills?skill=weekly-report', (page) =>
    page.getByRole('textbox', { name: 'Text of SKILL.md' }).waitFor(),
  )
})
