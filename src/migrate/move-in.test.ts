import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { otherHome, ownHome } from '../../adapters/node/migrate-source.ts'
import { call, FIRST_AT, line, numbered, parts, writeOldHome, writeSession } from '../../test/support/old-home.ts'
import { migrate } from '../db/index.ts'
import { Sessions, sessionMigrations } from '../sessions/index.ts'
import { importedCronJobs, importMigrations, type MoveInDeps, moveIn } from './index.ts'

let root: string
let old: string
let sessionFolder: string
let home: string
let db: NodeDatabase
let sessions: Sessions

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'move-in-'))
  old = join(root, 'old')
  home = join(root, 'new')
  sessionFolder = await writeOldHome(old)
  db = nodeDatabase(':memory:')
  migrate(db, [sessionMigrations, importMigrations])
  sessions = new Sessions({ db, now: Date.now })
})
afterEach(() => {
  db.close()
  rmSync(root, { recursive: true })
})

function deps(more: Partial<MoveInDeps> = {}): MoveInDeps {
  const files = openNodeFiles(home)
  const workspace = openNodeFiles(join(home, 'workspace'))
  return { db, sessions, home: files, workspace, now: Date.now, keep: () => 60, version: '1.2.3', ...more }
}

const move = (more?: Partial<MoveInDeps>) => moveIn(deps(more), otherHome(old))
const said = (key: string) => sessions.history(key, { limit: 2000 }).map(({ role, content }) => `${role}: ${content}`)
const write = (name: string, text: string) => writeFileSync(join(sessionFolder, name), text)

describe('sessions', () => {
  it('come with their order, roles, calls, results and times', async () => {
    await move()
    expect(sessions.history('telegram:42')).toEqual([
      { seq: 1, at: FIRST_AT, role: 'user', content: 'what is the weather' },
      {
        seq: 2,
        at: FIRST_AT + 1000,
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } }],
      },
      { seq: 3, at: FIRST_AT + 2000, role: 'tool', content: 'sunny', tool_call_id: 'call_1' },
      { seq: 4, at: FIRST_AT + 3000, role: 'assistant', content: 'Sunny\nand warm' },
    ])
    expect(sessions.list().map(({ key, updatedAt }) => [key, updatedAt])).toEqual([
      ['main', FIRST_AT + 5000],
      ['telegram:42', FIRST_AT + 3000],
      ['gone', FIRST_AT],
    ])
    expect(sessions.search('weather').map(({ key }) => key)).toEqual(['telegram:42'])
  })

  it('keep summary, compactions and kind; the catalogue speaks where a sidecar is torn', async () => {
    await move()
    expect(sessions.state('telegram:42')).toMatchObject({ summary: 'Key Facts\n- likes tea', compactions: 2 })
    expect(sessions.state('gone')).toMatchObject({ summary: 'They left.', compactions: 1, lastSeq: 0 })
    expect(sessions.list({ includeInternal: true }).map(({ key }) => key)).toContain('internal:cron')
  })

  it('read legacy, closed and active segments in this order, numbers past 9999 included', async () => {
    for (const [name, n] of [
      ['.9999', 2],
      ['.active', 4],
      ['', 1],
      ['.10000', 3],
    ] as const) {
      write(`long${name}.jsonl`, `${numbered(1, n)[0]}\n`)
    }
    write('room:7.jsonl', `${numbered(1)[0]}\n`)
    write('room%3A7.active.jsonl', `${numbered(1, 2)[0]}\n`)
    await move()
    expect(said('long')).toEqual(['user: message 1', 'assistant: message 2', 'user: message 3', 'assistant: message 4'])
    expect(said('room:7')).toEqual(['user: message 1', 'assistant: message 2'])
  })

  it('leave the model what a start of the earlier program gave it, beginning at a user message', async () => {
    await writeSession(sessionFolder, 'main', numbered(1001))
    await move()
    const state = sessions.state('main')!
    expect(state.lastSeq).toBe(1001)
    const working = sessions.working(state)
    // The last two segments: 200 closed messages and one active, cut before a user message.
    expect(working).toHaveLength(201)
    expect(working[0]).toMatchObject({ role: 'user', seq: 801 })
    expect(sessions.history('main', { before: 3 }).map(({ content }) => content)).toEqual(['message 1', 'message 2'])
  })

  it('take plain message lines, string contents and calls in either form, and the time of the message before', async () => {
    write(
      'plain.jsonl',
      [
        line({ role: 'USER', content: 'said as text' }, 1),
        '{"role":"assistant","content":"","tool_calls":[{"id":"a","name":"f","arguments":{"x":1}}]}',
        '{"role":"tool","content":"out","tool_call_id":"a"}',
        '{"role":"assistant","content_parts":[{"type":"text","text":"done"},{"type":"image"}]}',
      ].join('\r\n'),
    )
    await move()
    expect(said('plain')).toEqual(['user: said as text', 'assistant: ', 'tool: out', 'assistant: done'])
    const [, asks] = sessions.history('plain')
    expect(asks).toMatchObject({
      at: FIRST_AT + 1000,
      tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{"x":1}' } }],
    })
  })

  it('give repeated call ids names of their own, so that each result stays with its call', async () => {
    const turn = (n: number) => [
      line({ role: 'assistant', content: parts(), toolCalls: [call('call_1', { n })] }, n),
      line({ role: 'toolResult', content: parts(`result ${n}`), toolCallId: 'call_1' }, n),
    ]
    await writeSession(sessionFolder, 'ids', [...turn(1), ...turn(2)])
    await move()
    const ids = sessions.history('ids').map((message) => message.tool_calls?.[0]?.id ?? message.tool_call_id)
    expect(ids).toEqual(['call_1', 'call_1', 'call_1_2', 'call_1_2'])
  })

  it('survive torn, foreign, repeated and overlong lines, and report each', async () => {
    const [one, two, three] = numbered(3) as [string, string, string]
    const torn = two.slice(0, 40)
    write(
      'bad.active.jsonl',
      `${one}\n${one}\nnot json\n{"type":"note"}\n${line({ role: 'narrator' }, 5)}\n${line({ role: 'constructor' }, 6)}\n${torn}${three}\n${torn}`,
    )
    write('huge.active.jsonl', `${one}\n${line({ role: 'user', content: parts('x'.repeat(40_000)) }, 2)}\n${three}\n`)
    const { receipt } = await move({ lineLimit: 20_000 })
    expect(said('bad')).toEqual(['user: message 1', 'user: message 3'])
    expect(said('huge')).toEqual(['user: message 1', 'user: message 3'])
    const counts = (name: string) => receipt.items.find(({ path }) => path.endsWith(name))!.counts
    expect(counts('bad.active.jsonl')).toEqual({
      lines: 8,
      messages: 2,
      repeated: 1,
      unreadable: 1,
      'not a message': 1,
      'unknown role': 2,
      torn: 2,
    })
    expect(counts('huge.active.jsonl')).toEqual({ lines: 3, messages: 2, 'too long': 1 })
    expect(receipt.report).toContain('agents/main/sessions/huge.active.jsonl: 1 lines over the size limit')
    expect(receipt.report).toContain('agents/main/sessions/bad.active.jsonl: 1 repeated lines')
  })

  it('keep a message too long for a row whole in a file, and its beginning in the session', async () => {
    const text = `begin ${'é'.repeat(900_000)} end`
    await writeSession(sessionFolder, 'long', [line({ role: 'user', content: parts(text) }, 1)])
    await move()
    const [message] = sessions.history('long')
    const path = /kept in the gateway's home, (migrations\/long-messages\/.+\.json)\]$/.exec(message!.content)![1]!
    expect(message!.content.length).toBeLessThan(400_000)
    expect(JSON.parse(readFileSync(join(home, path), 'utf8')).content).toBe(text)
  })

  it('do not mix with a session of this home: the earlier one gets a name beside it', async () => {
    db.transaction(() => sessions.append(sessions.open('main'), { role: 'user', content: 'mine' }))
    const { receipt } = await move()
    expect(said('main')).toEqual(['user: mine'])
    expect(said('main (imported)')).toHaveLength(6)
    expect(receipt.report).toContain(
      "session main: this home has a session 'main' of its own: imported as 'main (imported)'",
    )
  })
})

describe('running it again', () => {
  it('changes nothing', async () => {
    const first = await move()
    const second = await move()
    expect(said('main')).toHaveLength(6)
    expect(second.receipt.totals).toEqual({ ...first.receipt.totals, copied: 0, present: first.receipt.totals.copied })
  })

  it('adds what the earlier program wrote since, also over a new segment', async () => {
    await move()
    await writeSession(sessionFolder, 'main', numbered(205))
    appendFileSync(
      join(sessionFolder, 'telegram%3A42.active.jsonl'),
      `${line({ role: 'user', content: parts('later') }, 7)}\n`,
    )
    await move()
    expect(said('main')).toEqual(numbered(205).map((_, i) => `${i % 2 ? 'assistant' : 'user'}: message ${i + 1}`))
    expect(said('telegram:42').at(-1)).toBe('user: later')
    expect(said('telegram:42')).toHaveLength(5)
  })

  it('adds nothing to a session whose files tell another story now', async () => {
    await move()
    await writeSession(sessionFolder, 'main', numbered(8, 100))
    const { receipt } = await move()
    expect(said('main')).toHaveLength(6)
    expect(receipt.report.join('\n')).toContain(
      'session main: could not be read: its files are not the ones that were imported before',
    )
  })

  it('goes on where a crash ended it, at any batch', async () => {
    await writeSession(sessionFolder, 'main', numbered(450))
    for (let crashes = 0; crashes < 3; crashes++) {
      const died = move({
        fault(point) {
          if (point === 'import-batch') throw new Died()
        },
      })
      // What the import makes of an error is not what a crash makes of it: the row must still say pending.
      await died
      db.query("UPDATE import_session SET state = 'pending' WHERE state = 'failed'")
    }
    await move()
    expect(said('main')).toEqual(numbered(450).map((_, i) => `${i % 2 ? 'assistant' : 'user'}: message ${i + 1}`))
  })
})

class Died extends Error {}

describe('what stays a file', () => {
  it('is copied where it is missing, credentials for the owner only', async () => {
    const { receipt } = await move()
    for (const path of [
      'AGENTS.md',
      'MEMORY.md',
      'memory/2026-02-03.md',
      'skills/tides/SKILL.md',
      'project/notes.txt',
    ]) {
      expect(readFileSync(join(home, 'workspace', path))).toEqual(readFileSync(join(old, 'workspace', path)))
    }
    expect(readFileSync(join(home, 'workspace/skills/global-tides/SKILL.md'), 'utf8')).toContain('Tides')
    expect(readFileSync(join(home, 'auth/codex.json'))).toEqual(readFileSync(join(old, 'auth/codex.json')))
    expect(statSync(join(home, 'auth/codex.json')).mode & 0o777).toBe(0o600)
    expect(receipt.totals).toMatchObject({ credentials: 1, skills: 3, conflicts: 0, failed: 0 })
    expect(receipt.items.find(({ path }) => path === 'workspace/MEMORY.md')).toMatchObject({
      status: 'copied',
      size: 12,
      sha256: createHash('sha256').update('- likes tea\n').digest('hex'),
    })
    expect(receipt.report).toContain('uploads/: uploads are not moved in; files that matter belong in the workspace')
    expect(receipt.report).toContain('logs/: logs are not moved in')
  })

  it('never replaces a file of this home', async () => {
    const files = openNodeFiles(join(home, 'workspace'))
    await files.write('MEMORY.md', '- likes coffee\n')
    await files.write('skills/global-tides/SKILL.md', 'mine')
    await files.write('AGENTS.md', readFileSync(join(old, 'workspace/AGENTS.md')))
    const { receipt } = await move()
    expect(readFileSync(join(home, 'workspace/MEMORY.md'), 'utf8')).toBe('- likes coffee\n')
    expect(readFileSync(join(home, 'workspace/skills/global-tides/SKILL.md'), 'utf8')).toBe('mine')
    expect(receipt.totals.conflicts).toBe(2)
    expect(receipt.items.find(({ path }) => path === 'workspace/AGENTS.md')!.status).toBe('present')
  })

  it('is verified and counted where the home is the same', async () => {
    home = old
    const before = snapshot(old)
    const { receipt } = await moveIn(deps(), ownHome(old, ''))
    expect(receipt.totals).toMatchObject({
      sessions: 4,
      messages: 11,
      credentials: 1,
      skills: 3,
      conflicts: 0,
      copied: 1,
    })
    expect(receipt.items.some(({ path }) => path === 'workspace/project/notes.txt')).toBe(false)
    for (const [path, content] of before) expect(readFileSync(join(old, path))).toEqual(content)
  })

  it('leaves the earlier home as it was, byte for byte and name for name', async () => {
    const before = snapshot(old)
    await move()
    expect(snapshot(old)).toEqual(before)
  })
})

describe('the schedule', () => {
  it('is kept raw, with fields nobody knows', async () => {
    const { receipt } = await move()
    const [job, ...others] = importedCronJobs(db)
    expect(others).toEqual([])
    expect(JSON.parse(job!.raw)).toMatchObject({
      id: '1770000000123456789',
      made_by_a_later_version: true,
      state: { totalRuns: 7 },
    })
    expect(receipt.totals.cron_jobs).toBe(1)
    expect(receipt.report).toContain('cron/jobs.json: 1 entries have no id and were left out')
  })

  it('that is damaged is reported, and taken once it is mended', async () => {
    const jobs = join(old, 'cron/jobs.json')
    const good = readFileSync(jobs)
    writeFileSync(jobs, good.subarray(0, 100))
    const { receipt } = await move()
    expect(importedCronJobs(db)).toEqual([])
    expect(receipt.report.join('\n')).toContain('cron/jobs.json: it is not valid JSON')
    writeFileSync(jobs, good)
    await move()
    expect(importedCronJobs(db)).toHaveLength(1)
  })
})

describe('the receipt', () => {
  it('stands in the home and names every file with its checksum', async () => {
    const { receipt, receiptPath } = await move()
    expect(receiptPath).toMatch(/^migrations\/receipt-\d{8}-\d{6}\.json$/)
    expect(JSON.parse(readFileSync(join(home, receiptPath), 'utf8'))).toEqual(receipt)
    for (const item of receipt.items.filter(({ kind }) => kind === 'session')) {
      const bytes = readFileSync(join(old, item.path))
      expect([item.path, item.sha256]).toEqual([item.path, createHash('sha256').update(bytes).digest('hex')])
    }
    expect(JSON.stringify(receipt)).not.toContain('at-secret')
  })
})

it('refuses a folder that is no home', () => {
  expect(() => otherHome(join(root, 'nowhere'))).toThrow(/no folder/)
  expect(() => otherHome(root)).toThrow(/is no home/)
  expect(existsSync(join(root, 'workspace'))).toBe(false)
})

function snapshot(dir: string): Map<string, Buffer> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1)).sort()
  return new Map(paths.map((path) => [path, readFileSync(join(dir, path))]))
}
