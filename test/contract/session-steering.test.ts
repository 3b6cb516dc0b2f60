/** What a page needs to show and steer sessions: transcript, titles, models, taking messages back, deletion. */
import { afterAll, describe, expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { connect } from '../support/live-client.ts'
import { type ModelServer, startModelServer } from '../support/model-server.ts'
import { post } from '../support/post.ts'
import { configFor } from '../support/scripted-model.ts'
import { describeTargets, shareTarget, type Target } from '../support/targets.ts'

const say = (target: Target, session: string, message: string, more: object = {}) =>
  jsonOf(post(target, '/api/chat', { session, message, ...more }))
const transcript = (target: Target, session: string, window = '') =>
  jsonOf(target.fetch(`/api/chat/transcript?session=${encodeURIComponent(session)}${window}`))

interface Shown {
  role: string
  content: string
  seq: number
}

describeTargets('sessions as a page steers them', (_, name) => {
  let server: ModelServer | undefined
  const model = () => server!
  const target = shareTarget(name, async () => {
    server = await startModelServer()
    return { config: configFor(server) }
  })
  afterAll(() => server?.close())

  describe('GET /api/chat/transcript', () => {
    it('shows messages with their turns, tools, thoughts and how the turns ended', async () => {
      await say(target(), 's1', 'think=2 call=list_dir:{"path":"."} text="looked"')
      await post(target(), '/api/chat', { session: 's1', message: 'fail=400' })
      const shown = await transcript(target(), 's1')
      expect(shown).toMatchObject({ ok: true, session: 's1', model: null, earlier: false, later: false })
      expect(shown.messages.map(({ role }: Shown) => role)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user'])
      expect(shown.messages[1]).toMatchObject({
        turn: expect.any(Number),
        tool_calls: [{ function: { name: 'list_dir' } }],
      })
      expect(shown.messages[2]).toMatchObject({ name: 'list_dir', failed: false })
      expect(shown.messages.map(({ reasoning }: { reasoning: string }) => reasoning).join('')).toContain('r0 r1')
      expect(shown.turns).toMatchObject([
        { state: 'done', error: null, usage: { models: { 'local/script': {} } } },
        { state: 'failed', text: 'fail=400', error: expect.stringContaining('400') },
      ])
    })

    it('names the turn that runs and those that wait, with what they were asked', async () => {
      const { turn } = await say(target(), 's2', 'tokens=400 delay=20', { wait: false })
      const { turn: next } = await say(target(), 's2', 'text="next"', { wait: false })
      expect((await transcript(target(), 's2')).turns).toMatchObject([
        { turn, state: 'running', text: 'tokens=400 delay=20', ended_at: null },
        { turn: next, state: 'accepted', text: 'text="next"', media: [], ended_at: null },
      ])
      await post(target(), '/api/chat/stop', { turn })
      await post(target(), '/api/chat/stop', { turn: next })
    })

    it('gives windows, and says what is before and after them', async () => {
      for (const text of ['one', 'two', 'three']) await say(target(), 's3', `text="${text}"`)
      const newest = await transcript(target(), 's3', '&limit=2')
      expect([newest.messages.map(({ seq }: Shown) => seq), newest.earlier, newest.later]).toEqual([
        [5, 6],
        true,
        false,
      ])
      const before = await transcript(target(), 's3', '&limit=2&before=3')
      expect([before.messages.map(({ seq }: Shown) => seq), before.earlier, before.later]).toEqual([
        [1, 2],
        false,
        true,
      ])
      expect(await transcript(target(), 'never')).toMatchObject({ messages: [], turns: [], title: '' })
    })
  })

  describe('a message that replaces another', () => {
    it('takes it and all after it back: from the history, the search and the model', async () => {
      await say(target(), 's4', 'text="kept"')
      await say(target(), 's4', 'text="wrongly understood" zebra')
      const body = { session: 's4', message: 'text="better"', replace_from: 3, idempotency_key: 'edit-1' }
      const { turn, reply } = await say(target(), 's4', body.message, body)
      expect(reply).toBe('better')
      expect(await say(target(), 's4', body.message, body)).toMatchObject({ reply: 'better', turn })
      const { messages } = await transcript(target(), 's4')
      expect(messages.map(({ seq, content }: Shown) => [seq, content])).toEqual([
        [1, 'text="kept"'],
        [2, 'kept'],
        [3, 'text="better"'],
        [4, 'better'],
      ])
      expect(JSON.stringify(model().lastRequest?.body)).not.toContain('zebra')
      expect((await jsonOf(target().fetch('/api/sessions/search?query=zebra'))).results).toEqual([])
    })

    it('is refused where there is no such question, or while an answer is written', async () => {
      await say(target(), 's5', 'text="one"')
      const replace = async (replace_from: number) =>
        (await post(target(), '/api/chat', { session: 's5', message: 'text="x"', replace_from })).status
      expect([await replace(2), await replace(9), await replace(0)]).toEqual([400, 400, 400])
      await say(target(), 's5', 'tokens=400 delay=20', { wait: false })
      expect(await replace(1)).toBe(409)
      await post(target(), '/api/chat/stop', { session: 's5' })
      expect((await transcript(target(), 's5')).messages[0].content).toBe('text="one"')
    })
  })

  describe('sessions', () => {
    it('are called after their first words, or as their owner says', async () => {
      await say(target(), 'a', '/status')
      await say(target(), 'a', '\n  Plan the 旅行 to Rome  \nwith trains')
      await say(target(), 'b', 'text="x"')
      const titles = async () =>
        (await jsonOf(target().fetch('/api/sessions?titles=1'))).sessions.map(
          ({ key, title }: { key: string; title: string }) => [key, title],
        )
      expect((await titles()).slice(0, 2)).toEqual([
        ['b', 'text="x"'],
        ['a', 'Plan the 旅行 to Rome'],
      ])
      const named = await jsonOf(
        post(target(), '/api/sessions', { session: 'a', title: ' Rome ', model: 'local/script' }),
      )
      expect(named).toEqual({ ok: true, session: 'a', title: 'Rome', model: 'local/script' })
      expect(await titles()).toEqual(expect.arrayContaining([['a', 'Rome']]))
      const search = await jsonOf(target().fetch('/api/sessions/search?query=trains&titles=1'))
      expect(search.results).toMatchObject([{ key: 'a', title: 'Rome' }])
      const back = await jsonOf(post(target(), '/api/sessions', { session: 'a', title: '', model: '' }))
      expect(back).toMatchObject({ title: 'Plan the 旅行 to Rome', model: null })
      expect((await post(target(), '/api/sessions', { session: '' })).status).toBe(400)
      expect((await post(target(), '/api/sessions', { session: 'a', title: 'x'.repeat(201) })).status).toBe(400)
    })

    it('are deleted with everything said in them, and begin anew under the same key', async () => {
      const { turn } = await say(target(), 's7', 'text="secret" giraffe')
      await say(target(), 'other', 'text="stays"')
      const remove = (session: string) => target().fetch(`/api/sessions?session=${session}`, { method: 'DELETE' })
      expect((await remove('nobody')).status).toBe(404)
      await say(target(), 's7', 'tokens=400 delay=20', { wait: false })
      expect((await remove('s7')).status).toBe(409)
      await post(target(), '/api/chat/stop', { session: 's7' })
      await expect.poll(async () => (await remove('s7')).status).toBe(200)
      const list = await jsonOf(target().fetch('/api/sessions'))
      expect(list.sessions.map(({ key }: { key: string }) => key)).not.toContain('s7')
      expect((await transcript(target(), 's7')).messages).toEqual([])
      expect((await jsonOf(target().fetch('/api/sessions/search?query=giraffe'))).results).toEqual([])
      expect(JSON.stringify(await jsonOf(target().fetch(`/api/chat/turn?turn=${turn}`)))).not.toContain('secret')
      await say(target(), 's7', 'text="anew"')
      expect((await transcript(target(), 's7')).messages.map(({ seq }: Shown) => seq)).toEqual([1, 2])
    })

    it('take several files with one message', async () => {
      const upload = async (name: string) => {
        const form = new FormData()
        form.set('file', new File([`content of ${name}`], name))
        return (await jsonOf(target().fetch('/api/upload', { method: 'POST', body: form }))).path as string
      }
      const media = [await upload('one.txt'), await upload('two.txt')]
      await say(target(), 's8', 'text="read"', { media })
      expect(JSON.stringify(model().lastRequest?.body)).toMatch(/content of one\.txt.*content of two\.txt/)
      expect((await transcript(target(), 's8')).turns).toMatchObject([{ text: 'text="read"', media }])
    })

    it('tell watchers of turns that begin and end, and of new names', async () => {
      const events = await connect(`${target().socketUrl}/api/events/live?token=${target().token}`)
      await events.until(({ type }) => type === 'ready')
      const { turn } = await say(target(), 's9', 'text="x"')
      await post(target(), '/api/sessions', { session: 's9', title: 'T' })
      await events.until(({ type }) => type === 'session_changed')
      expect(events.frames.filter(({ session }) => session === 's9')).toEqual([
        { type: 'turn', session: 's9', turn, state: 'running' },
        { type: 'turn', session: 's9', turn, state: 'done' },
        { type: 'session_changed', session: 's9' },
      ])
      events.close()
    })

    it('GET /api/chat/commands and GET /api/models say what can be typed and chosen', async () => {
      const { commands } = await jsonOf(target().fetch('/api/chat/commands'))
      expect(commands).toEqual(expect.arrayContaining([{ name: '/help', help: expect.any(String) }]))
      expect(commands.map(({ name }: { name: string }) => name)).toContain('/stop')
      const models = await jsonOf(target().fetch('/api/models'))
      expect(models).toMatchObject({ ok: true, primary: 'local/script', source: 'config' })
      expect(models.models).toContainEqual({ ref: 'local/script', resting: false })
    })
  })
})
