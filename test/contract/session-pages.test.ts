/** `GET /api/sessions` a page at a time; chat.test.ts has the whole list. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

describeTargets('GET /api/sessions in pages', (_, name) => {
  const target = shareTarget(name)
  const page = (query: string) => jsonOf(target().fetch(`/api/sessions?${query}`))
  const keys = ({ sessions }: { sessions: Array<{ key: string }> }) => sessions.map(({ key }) => key)

  it('begins with the newest, and `next` leads to the last one', async () => {
    for (const session of ['a', 'b', 'cron:1', 'c', 'd', 'e']) {
      expect((await post(target(), '/api/chat', { session, message: 'x' })).status).toBe(200)
    }
    const first = await page('limit=2')
    const second = await page(`limit=2&before=${first.next}`)
    const third = await page(`limit=2&before=${second.next}`)
    expect([first, second, third].map(keys)).toEqual([['e', 'd'], ['c', 'b'], ['a']])
    expect('next' in third).toBe(false)
    expect(keys(await page(`before=${second.next}&include_internal=1`))).toEqual(['a'])
    expect(keys(await page(`limit=2&before=${first.next}&include_internal=1`))).toEqual(['c', 'cron:1'])
  })

  it('is the whole list without a limit, or with one that is no number', async () => {
    for (const query of ['', 'limit=', 'limit=0', 'limit=-1', 'limit=many', 'limit=1001', 'before=']) {
      const { sessions, next } = await page(query)
      expect([query, sessions.length, next]).toEqual([query, 5, undefined])
    }
  })

  it('is empty behind the last session, and refuses a cursor that is none', async () => {
    expect(await page('limit=2&before=0-1')).toEqual({ ok: true, sessions: [] })
    const refused = await target().fetch('/api/sessions?before=main')
    expect([refused.status, await refused.text()]).toEqual([
      400,
      'invalid before: give the `next` of an earlier answer\n',
    ])
  })
})
