/** `clawgo cron` as an owner uses it: beside a running gateway, and on a home that none runs on. */

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelServer, startModelServer } from '../../../test/support/model-server.ts'
import { configFor } from '../../../test/support/scripted-model.ts'
import { type RunningCommand, run, start, temporaryHome } from './testing.ts'

let model: ModelServer
let home: Awaited<ReturnType<typeof temporaryHome>>
let gateway: RunningCommand

const cron = (...args: string[]) => run(home.config, ['cron', ...args])
const listed = async (...more: string[]) => JSON.parse((await cron('list', '--json', ...more)).stdout)

beforeAll(async () => {
  model = await startModelServer()
  home = await temporaryHome()
  await mkdir(home.dir, { recursive: true })
  await writeFile(home.config, JSON.stringify(configFor(model)))
  gateway = start(home.config, ['gateway', 'run', '--port', '0'])
  await gateway.printed(/listens on/)
})
afterAll(async () => {
  gateway.process.kill('SIGKILL')
  await gateway.ended
  await home.remove()
  await model.close()
})

describe('beside a running gateway', () => {
  it('adds, lists, disables, enables and removes a job, in the words of the original', async () => {
    const added = await cron('add', '-n', 'news', '-m', 'Summarise', '-c', '0 8 * * *', '--tz', 'Europe/Rome')
    expect(added).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^Added job 'news' \(\d{19}\)\n$/),
    })
    const id = /\d{19}/.exec(added.stdout)![0]
    expect((await cron('list')).stdout).toMatch(new RegExp(`${id} +news +0 8 \\* \\* \\* \\(Europe/Rome\\) `))
    expect((await cron('disable', id)).stdout).toBe("Job 'news' disabled\n")
    expect([await listed(), await listed('--all')]).toMatchObject([[], [{ id, enabled: false }]])
    expect((await cron('enable', id)).stdout).toBe("Job 'news' enabled\n")
    expect(await listed()).toMatchObject([{ id, state: { nextRunAtMs: expect.any(Number) } }])
    expect((await cron('remove', id)).stdout).toBe(`Removed job ${id}\n`)
    expect(await cron('remove', id)).toMatchObject({ code: 1, stderr: expect.stringContaining(`Job ${id} not found`) })
  })

  it('takes an interval, a moment, and where the reply goes', async () => {
    const target = ['-d', '--channel', 'telegram', '--to', '42', '--json']
    const every = JSON.parse((await cron('add', '-n', 'check', '-m', 'x', '-e', '90', ...target)).stdout)
    expect(every).toMatchObject({ expr: '@every 1m30s', deliver: true, channel: 'telegram', to: '42' })
    const once = JSON.parse((await cron('add', '-n', 'call', '-m', 'x', '--at', '2126-03-01 09:00', '--json')).stdout)
    expect(once).toMatchObject({ schedule: { kind: 'at', atMs: new Date('2126-03-01T09:00').getTime() } })
    for (const { id } of [every, once]) await cron('remove', id)
  })

  it('says what is wrong with a schedule, in one line and with a code other than 0', async () => {
    const { code, stderr } = await cron('add', '-n', 'x', '-m', 'x', '-c', '61 * * * *')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Error: invalid cron expression: .*\n$/)
    expect(await cron('add', '-m', 'x')).toMatchObject({ code: 2, stderr: 'Error: --name is required\n' })
  })

  it('runs a job now, waits for its end, and lists its runs', async () => {
    const { id } = JSON.parse((await cron('add', '-n', 'now', '-m', 'text="done"', '-c', '@yearly', '--json')).stdout)
    expect(await cron('run', id)).toEqual({ code: 0, stdout: "Job 'now' ran\n", stderr: '' })
    expect(JSON.parse((await cron('runs', id, '--json')).stdout)).toMatchObject([{ state: 'ok', trigger: 'manual' }])
    expect((await cron('runs', id)).stdout).toMatch(/ok +manual/)
    const bad = JSON.parse((await cron('add', '-n', 'bad', '-m', 'fail=400', '-c', '@yearly', '--json')).stdout)
    const failed = await cron('run', bad.id)
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Error: Job 'bad' ended as error: /) })
    expect((await cron('runs', 'nope')).stderr).toContain('Job nope not found')
  })
})

describe('on a home that no gateway runs on', () => {
  let own: Awaited<ReturnType<typeof temporaryHome>>
  const alone = (...args: string[]) => run(own.config, ['cron', ...args])

  beforeAll(async () => {
    own = await temporaryHome()
    await mkdir(join(own.dir, 'cron'), { recursive: true })
    await writeFile(own.config, JSON.stringify(configFor(model)))
  })
  afterAll(() => own.remove())

  it('works on the home itself', async () => {
    const added = await alone('add', '-n', 'alone', '-m', 'text="x"', '-c', '@yearly', '--json')
    const { id } = JSON.parse(added.stdout)
    expect((await alone('run', id)).stdout).toBe("Job 'alone' ran\n")
    expect((await alone('list')).stdout).toContain('alone')
  })

  it('finds the jobs that the earlier program left there, until they are removed', async () => {
    const payload = { kind: 'agent_turn', message: 'Summarize my inbox', deliver: false }
    const old = { id: '1770000000123456789', name: 'morning', schedule: { kind: 'cron', expr: '0 9 * * 1-5' }, payload }
    await writeFile(join(own.dir, 'cron', 'jobs.json'), JSON.stringify({ version: 1, jobs: [old] }))
    expect((await alone('list')).stdout).toMatch(/1770000000123456789 +morning +0 9 \* \* 1-5/)
    expect((await alone('remove', old.id)).stdout).toBe(`Removed job ${old.id}\n`)
    expect((await alone('list')).stdout).not.toContain('morning')
  })
})

it('makes no home by asking for its jobs', async () => {
  const none = await temporaryHome()
  try {
    const { code, stderr } = await run(none.config, ['cron', 'list'])
    expect({ code, made: existsSync(none.dir) }).toEqual({ code: 3, made: false })
    expect(stderr).toContain('clawgo onboard')
  } finally {
    await none.remove()
  }
})
