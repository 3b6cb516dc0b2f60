/** A home as the earlier program left it on disk, warts included (workspace-formats.md sections 1 to 7). */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export interface OldHomeOptions {
  /** Into config.json besides what a home has. */
  config?: Record<string, unknown>
  /** Messages of the session `main`; default 6. More than 200 make closed segments. */
  messages?: number
}

/** When the first message of `main` was said. */
export const FIRST_AT = Date.parse('2026-02-03T04:05:06Z')
const SEGMENT = 200

/** Writes the home into `dir` and returns where its sessions are. */
export async function writeOldHome(dir: string, { config = {}, messages = 6 }: OldHomeOptions = {}): Promise<string> {
  const sessions = join(dir, 'agents', 'main', 'sessions')
  await files(dir, {
    'config.json': JSON.stringify({
      gateway: { host: '127.0.0.1', port: 0, token: 'cg_old' },
      agents: { defaults: { workspace: '~/.clawgo/workspace', model: { primary: 'codex/gpt-5.4' } } },
      logging: { dir: '~/.clawgo/logs' },
      models: { providers: { codex: { auth: 'oauth', oauth: { credential_file: '~/.clawgo/auth/codex.json' } } } },
      kept_though_unknown: { x: 1 },
      ...config,
    }),
    'cron/jobs.json': JSON.stringify({ version: 1, jobs: [cronJob('1770000000123456789'), { name: 'no id' }] }),
    'auth/codex.json': JSON.stringify({ provider: 'codex', access_token: 'at-secret', refresh_token: 'rt-secret' }),
    'runtime/providers/codex.json': '{}',
    'uploads/1_photo.png': 'png',
    'logs/clawgo.log': '{"level":"INFO"}\n',
    'skills/global-tides/SKILL.md': '---\ndescription: Tides\n---\n',
    'workspace/AGENTS.md': '# My agent\n\nBe brief.\n',
    'workspace/MEMORY.md': '- likes tea\n',
    'workspace/memory/2026-02-03.md': '# 2026-02-03\n\n## 09:15 Main Agent | Plan\n\n- Did: Booked\n',
    'workspace/skills/tides/SKILL.md': '---\nname: tides\ndescription: "Looks up tide tables"\n---\n# Tides\n',
    'workspace/skills/old.disabled/SKILL.md': '# Old\n',
    'workspace/agents/coder/MEMORY.md': '- strict types\n',
    'workspace/project/notes.txt': 'mine\n',
  })
  await chmod(join(dir, 'auth', 'codex.json'), 0o600)
  await writeSession(sessions, 'main', numbered(messages))
  await writeSession(sessions, 'telegram:42', [
    line({ role: 'user', content: parts('what is the weather') }, 0),
    line({ role: 'assistant', content: parts(), toolCalls: [call('call_1', { city: 'Rome' })] }, 1),
    line({ role: 'toolResult', content: parts('sunny'), toolCallId: 'call_1' }, 2),
    line({ role: 'assistant', content: parts('Sunny', 'and warm'), reasoning_content: 'easy' }, 3),
  ])
  await files(sessions, {
    'telegram%3A42.meta.json': JSON.stringify({
      version: 1,
      session_key: 'telegram:42',
      kind: 'main',
      summary: 'Key Facts\n- likes tea',
      compaction_count: 2,
      last_language: 'en',
      updated_at: FIRST_AT + 3000,
      segments: [{ name: 'telegram%3A42.active.jsonl', first_seq: 1, last_seq: 4, message_count: 4, last_offset: 1 }],
    }),
    'telegram%3A42.index.json': '{"version":1}',
    'internal%3Acron.active.jsonl': `${line({ role: 'user', content: parts('[System: cron] go') }, 9)}\n`,
    'gone.meta.json': '{"version":1,"session_key":"gone","summary":"', // torn
    'sessions.json': JSON.stringify({
      gone: { sessionKey: 'gone', summary: 'They left.', compactionCount: 1, updatedAt: FIRST_AT },
      'telegram:42': { sessionKey: 'telegram:42', summary: 'an older one', compactionCount: 1 },
    }),
    'main.jsonl.deleted.123': 'not a session\n',
  })
  return sessions
}

/** Writes a session in segments of 200 as the earlier program did: closed ones and the active one. */
export async function writeSession(folder: string, key: string, lines: readonly string[]): Promise<void> {
  const stem = key.replace(/[%:\\/]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const segments: Record<string, string> = {}
  let number = 0
  let at = 0
  for (; lines.length - at > SEGMENT; at += SEGMENT) {
    segments[`${stem}.${String(++number).padStart(4, '0')}.jsonl`] = `${lines.slice(at, at + SEGMENT).join('\n')}\n`
  }
  segments[`${stem}.active.jsonl`] = `${lines.slice(at).join('\n')}\n`
  await files(folder, segments)
}

/** `count` lines of a conversation: `message 1` by the user, `message 2` by the assistant, ... */
export function numbered(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i
    return line({ role: n % 2 === 1 ? 'user' : 'assistant', content: parts(`message ${n}`) }, n - 1)
  })
}

/** One event record, `second` seconds after the first. */
export function line(message: Record<string, unknown>, second: number): string {
  const timestamp = new Date(FIRST_AT + second * 1000).toISOString().replace('Z', '456789Z')
  return JSON.stringify({ type: 'message', timestamp, message })
}

/** Content parts of text. */
export function parts(...texts: string[]): unknown[] {
  return texts.length ? texts.map((text) => ({ type: 'text', text })) : [{ type: 'text' }]
}

/** A tool call as it was stored. */
export function call(id: string, args: unknown, name = 'weather'): unknown {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}

function cronJob(id: string): Record<string, unknown> {
  return {
    id,
    name: 'morning',
    enabled: true,
    schedule: { kind: 'cron', expr: '0 9 * * 1-5', tz: 'Europe/Rome' },
    payload: { kind: 'agent_turn', message: 'Summarize my inbox', deliver: false },
    state: { totalRuns: 7 },
    made_by_a_later_version: true,
  }
}

async function files(dir: string, contents: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
}
