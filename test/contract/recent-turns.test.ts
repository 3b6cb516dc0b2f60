/** `GET /api/chat/turns`: what ran last, and what failed. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { post } from '../support/post.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets } from '../support/targets.ts'

describeTargets('GET /api/chat/turns', (open) => {
  it('lists the turns of all sessions, newest first, and those that failed', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    expect(await jsonOf(target.fetch('/api/chat/turns'))).toEqual({ ok: true, turns: [] })
    await post(target, '/api/chat', { session: 'one', message: 'text="fine"' })
    await post(target, '/api/chat', { session: 'two', message: `fail=400 ${'long '.repeat(100)}` })
    await post(target, '/api/chat', { session: 'one', message: 'text="again"' })
    const { turns } = await jsonOf(target.fetch('/api/chat/turns'))
    expect(turns.map(({ session, state }: { session: string; state: string }) => [session, state])).toEqual([
      ['one', 'done'],
      ['two', 'failed'],
      ['one', 'done'],
    ])
    expect(turns[0]).toMatchObject({ text: 'text="again"', channel: 'cli', error: null })
    expect(turns[0].ended_at).toBeGreaterThanOrEqual(turns[0].accepted_at)
    const failed = await jsonOf(target.fetch('/api/chat/turns?failed=1'))
    expect(failed.turns).toHaveLength(1)
    expect(failed.turns[0]).toMatchObject({ session: 'two', error: expect.stringContaining('400') })
    expect(failed.turns[0].text).toHaveLength(200)
    expect((await jsonOf(target.fetch('/api/chat/turns?limit=1'))).turns).toEqual([turns[0]])
  })
})
