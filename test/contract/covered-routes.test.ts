/** No route without a contract test, and no contract test of a route that is gone. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'
import { COVERED_ROUTES } from './covered-routes.ts'

describeTargets('the OpenAPI document', (_, name) => {
  const target = shareTarget(name)

  it('has exactly the routes that this suite drives (see covered-routes.ts)', async () => {
    const { paths } = await jsonOf(target().fetch('/api/openapi.json'))
    const documented = Object.entries(paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual(Object.keys(COVERED_ROUTES).sort())
  })

  it('names no route whose test does not ask for it', async () => {
    const texts = new Map<string, string>()
    for (const [route, file] of Object.entries(COVERED_ROUTES)) {
      const text = texts.get(file) ?? (await readFile(new URL(file, import.meta.url), 'utf8'))
      texts.set(file, text)
      const [method, path = ''] = route.split(' ')
      // The path as a request has it: not as the beginning of a longer one.
      const asked = new RegExp(`['"\`}]${path.replace(/\{\w+\}.*/, '').replaceAll('.', '\\.')}[\\w./?$'"\`{-]`)
      expect([route, file, asked.test(text)]).toEqual([route, file, true])
      if (method !== 'GET') expect([route, file, /\bpost\(|method: '/.test(text)]).toEqual([route, file, true])
    }
  })

  it('marks as WebSockets what answers a plain request with 400 and the version it speaks', async () => {
    const { paths } = await jsonOf(target().fetch('/api/openapi.json'))
    const marked = Object.keys(paths).filter((path) => paths[path].get?.['x-websocket'])
    expect(marked).toEqual(expect.arrayContaining(['/api/chat/live', '/api/events/live']))
    for (const path of marked) {
      const answer = await target().fetch(path)
      expect([path, answer.status, answer.headers.get('sec-websocket-version')]).toEqual([path, 400, '13'])
    }
  })
})
