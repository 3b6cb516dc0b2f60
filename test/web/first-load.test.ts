import { readdir, readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { describeConsole } from './browser.ts'

const FOLDER = new URL('../../dist/assets/console/', import.meta.url)
const MOST = 200 * 1024

describeConsole('the first load', ['node'], {}, ({ target, visit }) => {
  it('is under 200 KB compressed, and pages come in parts of their own', async () => {
    const { page } = await visit('/chat')
    await page.getByRole('heading', { level: 1 }).waitFor()
    const loaded: string[] = await page.evaluate(
      "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /\\.(js|css)$/.test(name))",
    )
    expect(loaded.length).toBeGreaterThan(2)
    // The first start's form belongs to that start only.
    const names = loaded
      .map((url) => url.slice(`${target().url}/console/`.length))
      .filter((name) => !name.startsWith('first-start'))
    const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(new URL(name, FOLDER))).length))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST)
    expect((await readdir(FOLDER)).filter((name) => name.endsWith('.js')).length).toBeGreaterThan(names.length)
  })

  it('comes compressed from the gateway', async () => {
    const page = await (await fetch(target().url)).text()
    const [script] = /\/console\/index-[\w-]+\.js/.exec(page) ?? []
    const answer = await fetch(target().url + script, { headers: { 'accept-encoding': 'gzip, br' } })
    expect(answer.headers.get('content-encoding')).toBe('br')
    expect((await answer.text()).length).toBeGreaterThan(100_000)
    const plain = await fetch(target().url + script, { headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
  })
})
