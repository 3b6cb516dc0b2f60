import { targets } from '../test/support/targets.ts'
import { startBrowser, visitor } from '../test/web/browser.ts'
const t = await targets.node({})
const b = await startBrowser()
let bad = 0
try {
  for (let i = 0; i < 60; i++) {
    const v = await visitor(b)
    const log: string[] = []
    v.page.on('response', (r) => log.push(`${r.status()} ${r.url()}`))
    v.page.on('requestfailed', (r) => log.push(`FAILED ${r.url()} ${r.failure()?.errorText}`))
    v.page.on('console', (m) => log.push(`console ${m.type()} ${m.text()}`))
    const { path } = (await (await t.fetch('/api/login/code', { method: 'POST' })).json()) as { path: string }
    await v.page.goto(t.url + path)
    try { await v.page.locator('#content').waitFor({ timeout: 8000 }) } catch {
      bad++
      console.log(i, v.page.url(), log.join('\n'), v.complaints, (await v.page.evaluate('document.body.innerText') as string).slice(0, 300))
      if (bad > 2) break
    }
    await v.context.close()
  }
  console.log('bad', bad)
} finally { await b.close(); await t.close() }
