import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { createProcesses } from '../../adapters/node/processes.ts'
import type { Files } from '../files/index.ts'
import { type ToolContext, ToolRegistry } from '../tools/index.ts'
import { Skills } from './service.ts'

let root: string
let files: Files
let registry: ToolRegistry

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skill-exec-'))
  files = openNodeFiles(root)
  const skills = new Skills({
    workspace: () => files,
    processes: createProcesses({ PATH: process.env.PATH, SECRET_KEY: 'hidden' }),
    now: () => Date.UTC(2026, 1, 3),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  registry = new ToolRegistry()
  registry.register(skills.tool!)
  await files.write('skills/tides/SKILL.md', '---\ndescription: d\n---\n')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const script = (name: string, text: string) => files.write(`skills/tides/scripts/${name}`, text)

async function run(input: Record<string, unknown>, more: Partial<ToolContext> = {}, allow?: string[]): Promise<string> {
  const context: ToolContext = {
    ...{ session: 's', channel: 'cli', chat: 'direct', turn: 's/1', callId: 'c', owner: true },
    signal: new AbortController().signal,
    ...more,
  }
  const call = { name: 'skill_exec', input: { skill: 'tides', ...input }, context }
  return (await registry.call({ ...call, ...(allow && { allow }) })).output
}

const audit = async () => {
  const text = new TextDecoder().decode(await files.read('memory/skill-audit.jsonl'))
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('skill_exec', () => {
  it('runs a shell script in the folder of the skill with its arguments as they are', async () => {
    await script('run.sh', 'echo "$(basename "$PWD")"; printf "[%s]" "$@"; echo warn >&2')
    expect(await run({ script: 'scripts/run.sh', args: ['-n', ' a b ', '-n', 'x,y', '$HOME', 3] })).toBe(
      'tides\n[-n][ a b ][-n][x,y][$HOME][3]\nSTDERR:\nwarn',
    )
  })

  it('takes a text for one argument, and a list written as JSON for a list', async () => {
    await script('run.sh', 'printf "[%s]" "$@"')
    expect(await run({ script: 'scripts/run.sh', args: 'a, b' })).toBe('[a, b]')
    expect(await run({ script: 'scripts/run.sh', args: '["a", 1]' })).toBe('[a][1]')
    expect(await run({ script: 'scripts/run.sh', args: '' })).toBe('[]')
  })

  it('runs a Python script, and says when nothing came', async () => {
    await script('sum.py', 'import sys; print(sum(map(int, sys.argv[1:])))')
    await script('silent.sh', 'true')
    expect(await run({ script: 'scripts/sum.py', args: ['1', '2'] })).toBe('3')
    expect(await run({ script: './scripts/silent.sh' })).toBe('(no output)')
  })

  it('gives scripts no secret of the gateway', async () => {
    await script('env.sh', 'env')
    expect(await run({ script: 'scripts/env.sh' })).not.toContain('hidden')
  })

  it('tells a failing script with its output', async () => {
    await script('fail.sh', 'echo half; echo broken >&2; exit 7')
    expect(await run({ script: 'scripts/fail.sh' })).toBe(
      'Error: skill execution failed: exit code 7\nhalf\nSTDERR:\nbroken',
    )
  })

  it('ends a script with its children when its time is up, and when the turn is stopped', async () => {
    await script('slow.sh', 'echo begun; sleep 30 & wait')
    expect(await run({ script: 'scripts/slow.sh', timeout_sec: 1 })).toBe(
      'Error: skill execution failed: timed out after 1 s\nbegun',
    )
    const turn = new AbortController()
    setTimeout(() => turn.abort(new Error('stop')), 100)
    expect(await run({ script: 'scripts/slow.sh' }, { signal: turn.signal })).toMatch(/^Error: .*stopped/)
  })

  it('keeps long output in bounds', async () => {
    await script('long.sh', 'head -c 3000000 /dev/zero | tr "\\0" x')
    await script('endless.sh', 'yes')
    expect((await run({ script: 'scripts/long.sh' })).length).toBeLessThanOrEqual(16_000)
    expect(await run({ script: 'scripts/endless.sh' })).toMatch(
      /^Error: skill execution failed: stopped: more than 16 MB/,
    )
  })

  it.each([
    [{ script: '' }, 'script is required'],
    [{ skill: 'none', script: 'scripts/a.sh' }, 'skill not found: none'],
    [{ skill: '../skills/tides', script: 'scripts/a.sh' }, 'skill not found: ../skills/tides'],
    [{ skill: 'off', script: 'scripts/a.sh' }, 'skill not found: off'],
    [{ skill: 'empty', script: 'scripts/a.sh' }, 'SKILL.md missing for skill: empty'],
    [{ script: '../../x.sh' }, 'script must be relative path inside skill directory'],
    [{ script: '/bin/x.sh' }, 'script must be relative path inside skill directory'],
    [{ script: 'scripts/../../x.sh' }, 'script must be relative path inside skill directory'],
    [{ script: 'a.sh' }, 'script must be under scripts/ directory'],
    [{ script: 'scripts/none.sh' }, 'script not found: scripts/none.sh'],
    [{ script: 'scripts/folder' }, 'script not found: scripts/folder'],
    [{ script: 'scripts/a.rb' }, 'unsupported script extension: .rb'],
    [{ script: 'scripts/link.sh' }, 'permission denied'],
  ])('refuses %o', async (input, message) => {
    await files.write('skills/off.disabled/SKILL.md', 'x')
    await files.write('skills/off.disabled/scripts/a.sh', 'echo ran')
    await files.write('skills/empty/scripts/a.sh', 'echo ran')
    await files.write('skills/tides/a.sh', 'echo ran')
    await files.write('x.sh', 'echo ran')
    await script('a.rb', 'puts 1')
    await script('folder/x', '')
    await symlink('/etc/profile', join(root, 'skills/tides/scripts/link.sh'))
    const output = await run(input)
    expect(output).toMatch(/^Error: /)
    expect(output).toContain(message)
  })

  it('runs for the owner only, and under every allowlist that admits something', async () => {
    await script('a.sh', 'echo ran')
    const call = { script: 'scripts/a.sh' }
    expect(await run(call, { owner: false })).toMatch(/^Error: .*owner/)
    expect(await run(call, {}, ['read_file'])).toBe('ran')
    expect(await run(call, {}, [])).toMatch(/not allowed/)
  })

  it('leaves a line of sound JSON for each call', async () => {
    await script('a.sh', 'true')
    await run({ script: 'scripts/a.sh', reason: 'to "see"\n\u0001' })
    await run({ script: 'scripts/b.sh' }, { namespace: 'coder' })
    const first = {
      time: '2026-02-03T00:00:00.000Z',
      skill: 'tides',
      script: 'scripts/a.sh',
      reason: 'to "see"\n\u0001',
    }
    expect(await audit()).toEqual([
      { ...first, caller_agent: 'main', caller_scope: 'main_agent', ok: true, error: '' },
      {
        ...{ ...first, script: 'scripts/b.sh', reason: 'unspecified', caller_agent: 'coder', caller_scope: 'subagent' },
        ...{ ok: false, error: 'script not found: scripts/b.sh' },
      },
    ])
  })
})
