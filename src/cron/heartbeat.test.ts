import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import type { Runner } from '../chat/index.ts'
import { GatewayError } from '../errors.ts'
import { ackToken, HEARTBEAT_SESSION, Heartbeat, isAck, isBlank } from './heartbeat.ts'
import { gated, MINUTE, openSchedule, type ScheduleForTests } from './schedule-for-tests.ts'

const START = Date.parse('2026-03-02T10:00:00Z')
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const says =
  (text: string): Runner =>
  async (run) =>
    run.end('done', null, text)

/** A heartbeat every ten minutes over a workspace with the given files. */
function open(files: Record<string, string>, runner: Runner, admit?: () => void) {
  const folder = mkdtempSync(join(tmpdir(), 'heartbeat-'))
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const world = openSchedule(nodeDatabase(':memory:'), START, runner, admit)
  return { ...beating(world, folder), world, folder }
}

function beating(world: ScheduleForTests, folder: string) {
  const settings = { enabled: true, every_sec: 600, ack_max_chars: 64, prompt_template: '' }
  const reports: string[] = []
  const facts = { hasModel: true }
  const heartbeat = new Heartbeat({
    agenda: world.agenda,
    engine: world.engine,
    settings: () => settings,
    workspace: () => openNodeFiles(folder),
    hasModel: async () => facts.hasModel,
    report: (text) => reports.push(text),
    replyOf: (turn) => {
      const { session_key } = world.engine.turn(turn)!
      return world.sessions.history(session_key).at(-1)!.content
    },
    now: world.now,
    log: silent,
  })
  heartbeat.arm()
  return { heartbeat, settings, reports, facts }
}

const questions = (world: ScheduleForTests) =>
  world.sessions.history(HEARTBEAT_SESSION).filter(({ role }) => role === 'user')

it('asks the agent every now and then, with the tasks, the time and the word for "nothing"', async () => {
  const { world, reports } = open({ 'HEARTBEAT.md': '- water the plants\n' }, says('HEARTBEAT_OK'))
  await world.passes(25 * MINUTE)
  expect(questions(world).map(({ at }) => (at - START) / MINUTE)).toEqual([10, 20])
  const { content } = questions(world)[0]!
  expect(content).toContain('[System: heartbeat] Follow AGENTS.md, then HEARTBEAT.md.')
  expect(content).toContain('answer exactly HEARTBEAT_OK.')
  expect(content).toContain('Current time: 2026-03-02 10:10 UTC')
  expect(content).toContain('- water the plants')
  expect(reports).toEqual([])
})

it('lets a beat pass that the budget refuses, and waits for the next', async () => {
  let asked = 0
  const { world } = open({ 'HEARTBEAT.md': '- look' }, says('never'), () => {
    asked++
    throw new GatewayError(402, 'limit_tokens_per_day', 'the tokens are used up')
  })
  await world.passes(25 * MINUTE)
  expect(asked).toBe(2)
  expect(questions(world)).toEqual([])
})

it('reports what is more than the acknowledgement', async () => {
  const { world, reports } = open({ 'HEARTBEAT.md': '- look' }, says('The plants are dry.'))
  await world.passes(10 * MINUTE)
  expect(reports).toEqual(['The plants are dry.'])
})

it('takes the word of AGENTS.md, also when the file changed before the answer came', async () => {
  const { runner, waiting } = gated()
  const { world, reports, folder } = open(
    { 'HEARTBEAT.md': '- look', 'AGENTS.md': '# Rules\n- heartbeat_ack_token: `ok`\n' },
    runner,
  )
  await world.passes(10 * MINUTE)
  writeFileSync(join(folder, 'AGENTS.md'), 'heartbeat_ack_token: other')
  waiting[0]!()
  await world.passes(0)
  expect(questions(world)[0]!.content).toContain('answer exactly ok.')
  expect(reports).toEqual([])
})

it.each([
  ['an empty file', ''],
  ['headings and comments only', '# Tasks\n\n<!-- add\nyours -->\n## Daily\n'],
])('costs nothing with %s', async (_, text) => {
  const { world } = open({ 'HEARTBEAT.md': text }, says('HEARTBEAT_OK'))
  await world.passes(60 * MINUTE)
  expect(questions(world)).toEqual([])
})

it('costs nothing without the file, or without a model; and begins when there is one', async () => {
  const { world, facts, folder } = open({}, says('HEARTBEAT_OK'))
  await world.passes(15 * MINUTE)
  writeFileSync(join(folder, 'HEARTBEAT.md'), '- look')
  facts.hasModel = false
  await world.passes(10 * MINUTE)
  expect(questions(world)).toEqual([])
  facts.hasModel = true
  await world.passes(10 * MINUTE)
  expect(questions(world).map(({ at }) => (at - START) / MINUTE)).toEqual([30])
})

it('does not beat while the last one is still being answered', async () => {
  const { runner, waiting } = gated()
  const { world } = open({ 'HEARTBEAT.md': '- look' }, runner)
  await world.passes(35 * MINUTE)
  expect(waiting).toHaveLength(1)
})

it('keeps its rhythm over config changes and restarts; a shorter one counts at once, off is off', async () => {
  const { world, heartbeat, settings, folder } = open({ 'HEARTBEAT.md': '- look' }, says('HEARTBEAT_OK'))
  const due = () => (world.agenda.due('heartbeat', '')! - START) / MINUTE
  await world.passes(7 * MINUTE)
  heartbeat.arm()
  expect(due()).toBe(10)
  beating(world.restarts(), folder)
  expect(due()).toBe(10)
  settings.every_sec = 120
  heartbeat.arm()
  expect(due()).toBe(9)
  settings.enabled = false
  heartbeat.arm()
  expect(world.agenda.due('heartbeat', '')).toBeNull()
})

it('reports an answer whose end fell into a crash', async () => {
  const { runner, waiting } = gated()
  const { world, folder } = open({ 'HEARTBEAT.md': '- look' }, runner)
  await world.passes(10 * MINUTE)
  const turn = world.engine.current(HEARTBEAT_SESSION)!.n
  // The next life ends the turn before anybody listens.
  const next = world.restarts(says('The plants are dry.'))
  await next.engine.ended(turn)
  const { reports } = beating(next, folder)
  await next.passes(15 * MINUTE)
  expect(reports).toContain('The plants are dry.')
  expect(waiting).toHaveLength(1)
})

it('knows an acknowledgement, its word and an empty document', () => {
  expect(isAck('HEARTBEAT_OK', 'HEARTBEAT_OK', 64)).toBe(true)
  expect(isAck('no_reply', 'HEARTBEAT_OK', 0)).toBe(true)
  expect(isAck(`HEARTBEAT_OK ${'x'.repeat(64)}`, 'HEARTBEAT_OK', 64)).toBe(false)
  expect(isAck('All fine: HEARTBEAT_OK', 'HEARTBEAT_OK', 64)).toBe(false)
  expect([ackToken('## Heartbeat_Ack_Token: "fine"\r\n'), ackToken('the token'), isBlank('- x')]).toEqual([
    'fine',
    null,
    false,
  ])
})
