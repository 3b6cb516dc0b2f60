import { startModelServer } from '/work/main/test/support/model-server.ts'
import { configFor } from '/work/main/test/support/scripted-model.ts'
import { targets } from '/work/main/test/support/targets.ts'
import { enter, startBrowser, visitor } from '/work/main/test/web/browser.ts'
const model = await startModelServer(); const t = await targets.node({ config: configFor(model) }); const off = await targets.node({})
const b = await startBrowser()
try {
  const say = (session: string, message: string, wait = true) => t.fetch('/api/chat', { method: 'POST', body: JSON.stringify({ session, message, wait }) })
  await say('trip', '帮我安排三天的热那亚之旅，只坐火车。text=' + JSON.stringify('## 行程\n\n这是**三天**的计划，包含`菜单`。\n\n1. 星期五：抵达火车站，步行去港口。\n2. 星期六：坐火车去卡莫利。\n\n| 路段 | 价格 |\n| --- | ---: |\n| 米兰 → 热那亚 | 14.90 € |\n\n> 请尽早订票。'))
  await say('build', 'think=40 call=read_file:{"path":"AGENTS.md"} call=list_dir:{"path":"."} text="看看工作区"')
  await say('build', 'think=20 tokens=4000 delay=40', false)
  await say('broken', 'fail=401')
  const shots: [string, string, object, (p: any) => Promise<void>][] = [
    ['trip', '/chat?session=trip', {}, async () => {}],
    ['build', '/chat?session=build', {}, async p => { await p.locator('summary').first().click() }],
    ['broken', '/chat?session=broken', { width: 390, height: 844 }, async () => {}],
    ['empty', '/chat?session=console:new', {}, async p => { await p.locator('textarea').fill('/'); await p.getByRole('listbox').waitFor() }],
    ['menu', '/chat?session=trip', { width: 390, height: 844 }, async p => { await p.getByRole('button', { name: '会话菜单' }).click(); await p.getByRole('menuitem', { name: '删除' }).click() }],
    ['edit', '/chat?session=trip', { width: 1100, height: 700, theme: 'dark' }, async p => { await p.locator('article').first().hover(); await p.getByRole('button', { name: '编辑并重新发送' }).click() }],
    ['model', '/chat?session=trip', { width: 390, height: 844 }, async p => { await p.getByRole('button', { name: /模型/ }).click() }],
  ]
  for (const [name, address, o, act] of shots) {
    const v = await visitor(b, { ...o, language: 'zh' } as never)
    await enter(v, t, address); await v.page.waitForTimeout(1200)
    try { await act(v.page) } catch (e) { console.log(name, String(e).split('\n')[0]) }
    await v.page.waitForTimeout(500); await v.page.screenshot({ path: `/tmp/g4-zh-${name}.png` }); console.log(name, v.complaints); await v.context.close()
  }
  const v = await visitor(b, { language: 'zh' }); await enter(v, off, '/chat'); await v.page.waitForTimeout(1200); await v.page.screenshot({ path: '/tmp/g4-zh-first.png' }); await v.context.close()
} finally { await b.close(); await t.close(); await off.close(); await model.close() }
