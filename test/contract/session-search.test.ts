/** api-behaviour.md section 5.9, and the tool `session_search` (agent.md section 9.6). */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor } from '../support/scripted-model.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

describeTargets('GET /api/sessions/search', (_, name) => {
  let model: ModelServer
  const target = shareTarget(name, async () => {
    model = await startModelServer()
    return { config: configFor(model) }
  })
  const say = async (session: string, message: string) => {
    expect((await post(target(), '/api/chat', { session, message })).status).toBe(200)
  }
  const search = (query: string) => jsonOf(target().fetch(`/api/sessions/search?${query}`))
  const keys = async (query: string) => (await search(query)).results.map(({ key }: { key: string }) => key)

  it('finds what was said, right after it was said', async () => {
    await say('telegram:42', 'text=sure Shall we deploy the kettle?')
    await say('main', 'text=no the kettle is cold')
    const answer = await search('query=+Deploy%20kettle+')
    expect(answer).toEqual({
      ok: true,
      query: 'Deploy kettle',
      results: [
        {
          key: 'telegram:42',
          kind: 'main',
          updated_at: expect.any(Number),
          summary: '',
          score: 2,
          snippets: [{ seq: 1, role: 'user', segment: '', content: 'text=sure Shall we deploy the kettle?' }],
        },
        {
          key: 'main',
          kind: 'other',
          updated_at: expect.any(Number),
          summary: '',
          score: 1,
          snippets: [{ seq: 1, role: 'user', segment: '', content: 'text=no the kettle is cold' }],
        },
      ],
    })
  })

  it('finds Chinese, and parts of words where whole ones find too little', async () => {
    await say('zh', '明天部署服务器')
    expect(await keys(`query=${encodeURIComponent('部署')}`)).toEqual(['zh'])
    expect(await keys(`query=${encodeURIComponent('器')}`)).toEqual(['zh'])
    expect(await keys('query=ettl')).toEqual(expect.arrayContaining(['main', 'telegram:42']))
  })

  it('keeps to kinds, to a limit, and leaves the current session out', async () => {
    expect(await keys('query=kettle&kinds=main')).toEqual(['telegram:42'])
    expect(await keys('query=kettle&kinds=cron,+other&kinds=hook')).toEqual(['main'])
    expect(await keys('query=kettle&kinds=,&kind=other')).toEqual(['main'])
    expect(await keys('query=kettle&kinds=cron')).toEqual([])
    expect(await keys('query=kettle&limit=1')).toHaveLength(1)
    expect(await keys('query=kettle&limit=many')).toHaveLength(2)
    for (const on of ['1', 'true', 'YES']) {
      expect(await keys(`query=kettle&exclude_current=${on}&session=+main+`)).toEqual(['telegram:42'])
    }
    expect(await keys('query=kettle&exclude_current=0&session=main')).toHaveLength(2)
    expect(await keys('query=kettle&exclude_current=1')).toHaveLength(2)
  })

  it('finds nothing for a blank query, and takes any other for words', async () => {
    for (const query of ['', 'query=', 'query=%20%20']) expect(await search(query)).toEqual({ ok: true, results: [] })
    for (const odd of ['"', '*', 'a AND', 'NEAR(', "'; DROP TABLE message", 'x'.repeat(5000), '\u0000', '😀']) {
      const answer = await target().fetch(`/api/sessions/search?query=${encodeURIComponent(odd)}`)
      expect([odd.slice(0, 20), answer.status]).toEqual([odd.slice(0, 20), 200])
    }
    const many = Array.from({ length: 1000 }, (_, i) => `word${i}`).join('+')
    expect((await search(`query=${many}`)).ok).toBe(true)
  })

  it('needs the token', async () => {
    expect((await fetch(`${target().url}/api/sessions/search?query=x`)).status).toBe(401)
  })

  it('finds it after a restart as well', async () => {
    await target().restart()
    expect(await keys('query=kettle')).toHaveLength(2)
  })

  it('serves the agent, which is not shown the conversation it is in', async () => {
    const call = `call=session_search:${JSON.stringify({ query: 'kettle', kinds: [] })}`
    const answer = await jsonOf(post(target(), '/api/chat', { session: 'main', message: call }))
    expect(answer.ok).toBe(true)
    const { messages } = await jsonOf(target().fetch('/api/chat/history?session=main'))
    const result = messages.findLast(({ role }: { role: string }) => role === 'tool').content
    expect(result).toMatch(
      /^Session search results for "kettle":\n- telegram:42 kind=main updated=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d score=1\n {2}\[#1\]\[user\] text=sure Shall we deploy the kettle\?/,
    )
    expect(result).not.toContain('- main ')
    await model.close()
  })
})
