import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { migrate } from '../db/index.ts'
import type { Files } from '../files/index.ts'
import { Sessions, sessionMigrations } from '../sessions/index.ts'
import { coreTools } from './core.ts'
import type { OutgoingMessage } from './message.ts'
import { ToolRegistry } from './registry.ts'
import type { ToolContext } from './tool.ts'

let home: string
let files: Files
let now: number
let sessions: Sessions
let outbox: OutgoingMessage[]
let registry: ToolRegistry

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'clawgo-core-'))
  files = openNodeFiles(home)
  now = Date.UTC(2026, 1, 3, 9, 15)
  const db = nodeDatabase(':memory:')
  migrate(db, [sessionMigrations])
  sessions = new Sessions({ db, now: () => now })
  outbox = []
  registry = new ToolRegistry()
  const tools = coreTools({
    workspace: () => files,
    sessions,
    messenger: {
      send: async (message) => {
        if (message.channel === 'pigeon') throw new Error("unknown channel 'pigeon'")
        outbox.push(message)
        return { held: null }
      },
    },
    system: async () => [
      ['OS', 'linux x64'],
      ['Uptime', '1d 2h 3m'],
    ],
    now: () => now,
    timeZone: () => 'UTC',
  })
  for (const tool of tools) registry.register(tool)
})
afterEach(() => rm(home, { recursive: true, force: true }))

const use = async (name: string, input: unknown, more: Partial<ToolContext> = {}) => {
  const context: ToolContext = {
    session: 'telegram:42',
    channel: 'telegram',
    chat: '42',
    turn: 'telegram:42/1',
    callId: 'call-1',
    owner: true,
    signal: new AbortController().signal,
    ...more,
  }
  return (await registry.call({ name, input, context })).output
}

it('is what every gateway has', () => {
  expect(registry.list().map(({ name }) => name)).toEqual([
    'edit_file',
    'find_files',
    'grep_files',
    'list_dir',
    'memory_get',
    'memory_search',
    'memory_write',
    'message',
    'read_file',
    'session_search',
    'sessions',
    'system_info',
    'write_file',
  ])
})

it('system_info shows one fact a line', async () => {
  expect(await use('system_info', undefined)).toBe('System Info:\nOS: linux x64\nUptime: 1d 2h 3m')
})

describe('memory tools', () => {
  it('write, find and read notes', async () => {
    expect(await use('memory_write', { content: 'Tea time', tags: 'Food, drink' })).toBe(
      'Appended memory to memory/2026-02-03.md',
    )
    expect(await use('memory_search', { query: 'tea', maxResults: '3' })).toBe(
      "Found 1 memories for 'tea' (namespace=main):\nSource: memory/2026-02-03.md#L3-L3\n[2026-02-03]\n" +
        '- [09:15] [importance=medium | source=user | tags=food,drink] Tea time',
    )
    expect(await use('memory_get', { path: 'memory/2026-02-03.md', from: 1, lines: 1 })).toBe(
      'Source: memory/2026-02-03.md#L1-L1\n1: # 2026-02-03',
    )
    expect(await use('memory_get', { path: 'memory/2026-02-03.md', from: 9 })).toBe(
      'No content in range for memory/2026-02-03.md (from=9, lines=80)',
    )
  })

  it('replace a whole file when told to', async () => {
    const note = { content: 'Only this', append: 'no', namespace: 'Coder' }
    expect(await use('memory_write', note)).toBe('Wrote daily memory: memory/2026-02-03.md (namespace=coder)')
    expect(await use('memory_write', { ...note, kind: 'longterm', importance: 'high' })).toBe(
      'Wrote long-term memory: MEMORY.md (namespace=coder)',
    )
  })

  it.each([
    ['memory_search', {}, 'Error: query is required'],
    ['memory_search', { query: 'x' }, 'No memory found for query: x (namespace=main)'],
    ['memory_get', {}, 'Error: path is required'],
    ['memory_get', { path: '/x.md' }, 'Error: absolute path is not allowed'],
    ['memory_get', { path: 'AGENTS.md' }, 'Error: path not allowed: AGENTS.md'],
    ['memory_write', {}, 'Error: content is required'],
    ['memory_write', { content: 'x', kind: 'weekly' }, "Error: invalid kind 'weekly', expected longterm or daily"],
  ])('%s answers %j', async (name, input, output) => {
    expect(await use(name, input)).toBe(output)
  })

  it('let an agent with a namespace of its own into no other', async () => {
    const coder = { namespace: 'coder' }
    await use('memory_write', { content: 'plan' }, coder)
    expect(await files.stat('agents/coder/memory/2026-02-03.md')).not.toBeNull()
    expect(await use('memory_search', { query: 'plan', namespace: 'coder' }, coder)).toMatch(/^Found 1/)
    expect(await use('memory_search', { query: 'plan', namespace: 'main' }, coder)).toBe(
      "Error: namespace 'main' is not allowed: this agent's memory is 'coder'",
    )
  })
})

describe('sessions', () => {
  beforeEach(() => {
    const say = (key: string, role: 'user' | 'assistant' | 'tool', content: string) =>
      sessions.append(sessions.open(key), { role, content })
    say('cron:1', 'user', 'nightly')
    now += 3_600_000
    say('main', 'user', 'hi')
    now += 60_000
    say('telegram:42', 'user', 'Find  the\nfile')
    say('telegram:42', 'tool', 'found it')
    say('telegram:42', 'assistant', 'a'.repeat(300))
    say('telegram:42', 'user', 'thanks')
  })

  it.each([
    [
      { action: 'list' },
      'Sessions:\n- telegram:42 kind=main compactions=0 updated=2026-02-03T10:16:00Z\n' +
        '- main kind=other compactions=0 updated=2026-02-03T10:15:00Z',
    ],
    [{ action: 'LIST', kinds: 'cron' }, 'Sessions:\n- cron:1 kind=cron compactions=0 updated=2026-02-03T09:15:00Z'],
    [{ action: 'list', query: 'nothing' }, 'No sessions (after filters).'],
    [{ action: 'list', active_minutes: 30, kinds: ['cron'] }, 'No sessions (after filters).'],
    [{ action: 'history' }, 'Error: key is required for history'],
    [{ action: 'history', key: 'gone' }, 'No history.'],
    [{ action: 'history', key: 'main', query: 'bye' }, 'No history (after filters).'],
    [{ action: 'delete' }, 'Error: unsupported action'],
    [{}, 'Error: action is required'],
  ])('answers %j', async (input, output) => {
    expect(await use('sessions', input)).toBe(output)
  })

  it('shows messages by number, on one line each, tool results only when asked', async () => {
    const history = { action: 'history', key: 'telegram:42' }
    expect(await use('sessions', history)).toBe(
      `History for telegram:42:\n- [#1][user] Find the file\n- [#3][assistant] ${'a'.repeat(179)}…\n- [#4][user] thanks`,
    )
    expect(await use('sessions', { ...history, include_tools: true, limit: 1, before: 3 })).toBe(
      'History for telegram:42:\n- [#2][tool] found it',
    )
    expect(await use('sessions', { ...history, from_me: 'false', after: 1 })).toBe(
      'History for telegram:42:\n- [#4][user] thanks',
    )
  })

  it('shows strangers their own session only', async () => {
    const stranger = { owner: false }
    expect(await use('sessions', { action: 'list' }, stranger)).toMatch(/^Sessions:\n- telegram:42 [^\n]+$/)
    expect(await use('sessions', { action: 'history', key: 'main' }, stranger)).toBe(
      "Error: session 'main' belongs to someone else",
    )
  })
})

describe('message', () => {
  it('queues a message once for each call', async () => {
    const output = await use('message', { message: 'Hello', to: '7' })
    expect(output).toBe('Message action=send sent to telegram:7')
    expect(outbox).toEqual([
      {
        action: 'send',
        text: 'Hello',
        channel: 'telegram',
        chat: '7',
        session: 'telegram:42',
        idempotencyKey: 'call-1',
      },
    ])
  })

  it('leaves the current chat to the reply, but for files and buttons', async () => {
    expect(await use('message', { content: 'Hello', chat_id: 42 })).toBe(
      'Suppressed message tool self-send in current chat; assistant will reply via normal outbound.',
    )
    const buttons = '[[{"text":"Yes","data":"y"},{"text":"No"}],[]]'
    await use('message', { message: 'Sure?', buttons })
    await use('message', { path: './report.pdf' })
    expect(outbox).toMatchObject([
      { chat: '42', text: 'Sure?', buttons: [[{ text: 'Yes', data: 'y' }]] },
      { chat: '42', media: 'report.pdf' },
    ])
  })

  it('edits, deletes and reacts', async () => {
    await use('message', { action: 'edit', message_id: 9, message: 'New' })
    await use('message', { action: 'delete', message_id: '9' })
    await use('message', { action: 'React', message_id: '9', emoji: '👍' })
    expect(outbox).toMatchObject([
      { action: 'edit', messageId: '9', text: 'New', chat: '42' },
      { action: 'delete', messageId: '9' },
      { action: 'react', messageId: '9', emoji: '👍' },
    ])
  })

  it.each([
    [{}, 'Error: missing required field: message/content or media for action=send'],
    [
      { action: 'edit', message_id: '1' },
      'Error: missing required field: message_id and message/content for action=edit',
    ],
    [{ action: 'delete' }, 'Error: missing required field: message_id for action=delete'],
    [{ action: 'react', emoji: 'x' }, 'Error: missing required field: message_id and emoji for action=react'],
    [{ action: 'shout', message: 'x' }, 'Error: unsupported action: shout'],
    [{ message: 'x', channel: 'weixin' }, 'Error: No target channel/chat specified'],
    [{ message: 'x', channel: 'pigeon', to: '1' }, "Error: unknown channel 'pigeon'"],
    [{ media: '.env', to: '7' }, "Error: '.env' may hold secrets and is closed to file tools"],
    [{ media: '../x', to: '7' }, "Error: the path may leave the workspace: give one without '..'"],
  ])('refuses %j', async (input, output) => {
    expect(await use('message', input)).toBe(output)
    expect(outbox).toEqual([])
  })

  it('takes strangers to no other chat', async () => {
    expect(await use('message', { message: 'x', to: '7' }, { owner: false })).toBe(
      'Error: only the owner may send to other chats',
    )
  })
})
