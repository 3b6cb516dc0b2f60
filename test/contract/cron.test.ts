/** gateway-api.md "Cron", api-behaviour.md section 5.6 with the statuses of the contract's error table; runs and preview. */
import { expect, it } from 'vitest'
import { jsonOf } from '../support/json.ts'
import { configFor, scriptedModel } from '../support/scripted-model.ts'
import { describeTargets, type Target } from '../support/targets.ts'

const post = (target: Target, body: unknown, query = '') =>
  target.fetch(`/api/cron${query}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
const act = async (target: Target, body: unknown, query = '') => (await jsonOf(post(target, body, query))).result
const runs = async (target: Target, id: string) => (await jsonOf(target.fetch(`/api/cron/runs?id=${id}`))).runs

describeTargets('/api/cron', (open) => {
  it('creates, reads, changes, disables, enables and deletes jobs', async () => {
    const target = await open()
    const job = await act(target, { name: 'daily', message: 'Run it', expr: '0 9 * * *', tz: 'Europe/Rome', odd: 1 })
    expect(job).toMatchObject({
      name: 'daily',
      enabled: true,
      schedule: { kind: 'cron', expr: '0 9 * * *', tz: 'Europe/Rome' },
      payload: { kind: 'agent_turn', message: 'Run it', deliver: false },
      expr: '0 9 * * *',
      message: 'Run it',
      deliver: false,
      deleteAfterRun: false,
    })
    expect(job.state.nextRunAtMs).toBeGreaterThan(Date.now())
    expect(await jsonOf(target.fetch('/api/cron'))).toMatchObject({ ok: true, jobs: [{ id: job.id }] })
    expect(await jsonOf(target.fetch(`/api/cron?id=${job.id}`))).toMatchObject({ ok: true, job: { id: job.id } })
    expect(await act(target, { action: 'get', id: job.id })).toMatchObject({ id: job.id })

    const changed = await act(
      target,
      { action: 'UPDATE ', message: 'Other', channel: 'telegram', to: '42', name: '' },
      `?id=${job.id}`,
    )
    expect(changed).toMatchObject({ name: 'daily', message: 'Other', channel: 'telegram', to: '42' })
    const cleared = await act(target, { action: 'update', id: job.id, channel: null, to: null })
    expect(cleared).not.toHaveProperty('channel')

    expect(await act(target, { action: 'disable', id: job.id })).toEqual({ ok: true, id: job.id })
    expect((await act(target, { action: 'get', id: job.id })).state).not.toHaveProperty('nextRunAtMs')
    expect(await act(target, { action: 'enable', id: job.id })).toEqual({ ok: true, id: job.id })
    const listed = await act(target, { action: 'list' })
    expect(JSON.parse(listed.raw)[0].id).toBe(job.id)
    expect(await act(target, { action: 'delete', id: job.id })).toEqual({ deleted: true, id: job.id })
    expect(await jsonOf(target.fetch('/api/cron'))).toEqual({ ok: true, jobs: [] })
  })

  it('still takes the legacy fields', async () => {
    const target = await open()
    expect(await act(target, { message: 'x', kind: 'every', everyMs: 60_000 })).toMatchObject({
      name: 'webui-cron',
      expr: '@every 1m0s',
    })
    const once = await act(target, { message: 'x', kind: 'at', atMs: Date.now() + 3_600_000 })
    expect(once.schedule.kind).toBe('at')
    expect((await act(target, { message: 'x', kind: 'once' })).schedule.atMs).toBeGreaterThan(Date.now())
  })

  it('refuses what is wrong with its reason, and nothing is stored', async () => {
    const target = await open()
    for (const [body, status, text] of [
      ['{nope', 400, 'invalid json'],
      ['', 400, 'invalid json'],
      [{}, 400, 'message required'],
      [{ message: 'x' }, 400, 'expr required'],
      [{ message: 'x', kind: 'every' }, 400, 'expr required'],
      [{ message: 'x', kind: 'sometimes' }, 400, 'expr required'],
      [{ message: 'x', expr: '99 * * * *' }, 400, 'invalid cron expression'],
      [{ message: 'x', expr: '0 0 30 2 *' }, 400, 'invalid cron expression: it never comes'],
      [{ message: 'x', expr: '* * * * *', tz: 'Mars/Base' }, 400, 'unknown time zone Mars/Base'],
      [{ message: 'x', kind: 'at', atMs: 5 }, 400, 'invalid one-time schedule'],
      [{ message: 5, expr: '* * * * *' }, 400, 'invalid json'],
      [{ action: 'update' }, 400, 'id required'],
      [{ action: 'get', id: 'nope' }, 404, 'job not found: nope'],
      [{ action: 'update', id: 'nope' }, 404, 'job not found: nope'],
      [{ action: 'delete', id: 'nope' }, 404, 'job not found: nope'],
      [{ action: 'enable', id: 'nope' }, 404, 'job not found: nope'],
      [{ action: 'Explode' }, 400, 'unsupported cron action: explode'],
    ] as const) {
      const answer = await post(target, body)
      expect([body, answer.status, (await answer.text()).trim()]).toEqual([body, status, expect.stringContaining(text)])
    }
    expect((await target.fetch('/api/cron?id=nope')).status).toBe(404)
    expect((await target.fetch('/api/cron/runs?id=nope')).status).toBe(404)
    expect((await jsonOf(target.fetch('/api/cron'))).jobs).toEqual([])
  })

  it('shows the next times of an expression', async () => {
    const target = await open()
    const { times } = await jsonOf(target.fetch('/api/cron/preview?expr=0%209%20*%20*%20*&tz=UTC&n=3'))
    expect(times).toHaveLength(3)
    expect(times[1].ms - times[0].ms).toBe(86_400_000)
    expect(times[0].iso).toMatch(/T09:00:00\.000Z$/)
    const bad = await target.fetch('/api/cron/preview?expr=61%20*%20*%20*%20*')
    expect([bad.status, await bad.text()]).toEqual([400, expect.stringContaining('invalid cron expression')])
  })
})

describeTargets('a job', (open) => {
  it('runs an agent turn at its time in a session of its own, with nobody asking', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const job = await act(target, {
      name: 'soon',
      message: 'text="done by the clock"',
      at: new Date(Date.now() + 1500).toISOString(),
      deliver: true,
      channel: 'telegram',
      to: 'telegram:42',
    })
    await expect.poll(() => model.requests.length, { timeout: 10_000 }).toBe(1)
    await expect.poll(async () => (await runs(target, job.id))[0]?.state).toBe('ok')
    const [run] = await runs(target, job.id)
    expect(run).toMatchObject({ job: job.id, attempt: 1, trigger: 'schedule', delivered: 'outbox 1', error: null })
    expect(run.started_ms - run.slot_ms).toBeLessThan(5000)
    const { messages } = await jsonOf(target.fetch(`/api/chat/history?session=cron:${job.id}`))
    expect(messages.map(({ content }: { content: string }) => content)).toEqual([
      '[System: cron] text="done by the clock"',
      'done by the clock',
    ])
    const after = await act(target, { action: 'get', id: job.id })
    expect(after).toMatchObject({ enabled: false, state: { lastStatus: 'ok', totalRuns: 1 } })
    expect((await jsonOf(target.fetch('/api/sessions'))).sessions).toEqual([{ key: 'main', channel: 'main' }])
  })

  it('runs now when asked, counts failures, and says why', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const job = await act(target, { message: 'fail=400', expr: '0 0 1 1 *' })
    expect(await act(target, { action: 'run', id: job.id })).toMatchObject({ trigger: 'manual', job: job.id })
    await expect.poll(async () => (await runs(target, job.id))[0]?.state).toBe('error')
    expect((await runs(target, job.id))[0].error).toContain('LLM call failed')
    const other = await act(target, { message: 'text="fine"', expr: '0 0 1 1 *' })
    await act(target, { action: 'run', id: other.id })
    await expect.poll(async () => (await runs(target, ''))[0]?.state).toBe('ok')
    expect((await runs(target, '')).map((run: { job: string }) => run.job)).toEqual([other.id, job.id])
    const after = await act(target, { action: 'get', id: job.id })
    expect(after.state).toMatchObject({ lastStatus: 'error', totalFailures: 1, consecutiveFailures: 1 })
    expect(after.enabled).toBe(true)
  })

  it('is stopped at its time limit', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const job = await act(target, { message: 'hang=0', expr: '0 0 1 1 *', timeoutSec: 1 })
    await act(target, { action: 'run', id: job.id })
    await expect.poll(async () => (await runs(target, job.id))[0]?.state, { timeout: 10_000 }).toBe('timeout')
    expect((await runs(target, job.id))[0].error).toBe('timed out after 1 s')
  })

  it('survives a restart: its next time stays, and a run in progress ends once', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const job = await act(target, { message: 'first=1200 text="after all"', expr: '0 0 1 1 *' })
    await act(target, { action: 'run', id: job.id })
    await expect.poll(() => model.requests.length).toBe(1)
    await target.restart()
    await expect.poll(async () => (await runs(target, job.id))[0]?.state, { timeout: 15_000 }).toBe('ok')
    expect(await runs(target, job.id)).toHaveLength(1)
    expect((await act(target, { action: 'get', id: job.id })).state.nextRunAtMs).toBe(job.state.nextRunAtMs)
  })
})

describeTargets('the agent', (open) => {
  it('sets a reminder that comes back to the chat it was set in', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const message = 'call=remind:{"message":"drink tea","time_expr":"1s"} text="{result}"'
    const { reply } = await jsonOf(
      target.fetch('/api/chat', { method: 'POST', body: JSON.stringify({ session: 'tea', message }) }),
    )
    expect(reply).toMatch(/^Reminder set for .* \(in 1s\)\. Job ID: \d+$/)
    await expect
      .poll(async () => (await jsonOf(target.fetch('/api/chat/history?session=tea'))).messages.at(-1).content, {
        timeout: 10_000,
      })
      .toBe('Reminder: drink tea')
    expect((await jsonOf(target.fetch('/api/cron'))).jobs).toEqual([])
    expect(await runs(target, /\d+$/.exec(reply)![0])).toMatchObject([{ state: 'ok', trigger: 'schedule' }])
    expect(model.requests).toHaveLength(2)
  })

  it('manages jobs through its cron tool', async () => {
    const model = await scriptedModel()
    const target = await open({ config: configFor(model) })
    const say = async (message: string) =>
      (await jsonOf(target.fetch('/api/chat', { method: 'POST', body: JSON.stringify({ message }) }))).reply
    const made = await say('call=cron:{"action":"create","message":"look","expr":"@daily"} text="{result}"')
    expect(JSON.parse(made)).toMatchObject({ message: 'look', expr: '@daily' })
    const { jobs } = await jsonOf(target.fetch('/api/cron'))
    expect(await say(`call=cron:{"action":"disable","id":"${jobs[0].id}"} text="{result}"`)).toBe(
      `disabled job: ${jobs[0].id}`,
    )
    expect(await say('call=cron:{"action":"delete","id":"5"} text="{result}"')).toBe('Error: job not found: 5')
    expect(await say('call=cron:{"action":"delete"} text="{result}"')).toBe(
      'Error: missing required field: id for action=delete',
    )
  })
})
