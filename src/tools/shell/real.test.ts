import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../../adapters/node/files.ts'
import { createProcesses } from '../../../adapters/node/processes.ts'
import type { Files } from '../../files/index.ts'
import type { Tool, ToolContext } from '../tool.ts'
import { type ShellSettings, type ShellTools, shellMode, shellTools } from './index.ts'
import { shellSetting } from './settings.ts'

/** For a busy machine. */
const PATIENT = { timeout: 10_000 }

let root: string
let files: Files
let opened: ShellTools[] = []
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'shell-')))
  await mkdir(join(root, 'sub'))
  await writeFile(join(root, 'sub/file'), '')
  await symlink('/etc', join(root, 'out'))
  files = openNodeFiles(root)
})
afterEach(() => {
  for (const shell of opened) shell.close()
  opened = []
})
afterAll(() => rm(root, { recursive: true, force: true }))

interface Options {
  settings?: Partial<ShellSettings>
  env?: Record<string, string | undefined>
  loopback?: boolean
}

function shell({ settings = {}, env = {}, loopback = true }: Options = {}) {
  const opening = shellTools({
    workspace: () => files,
    processes: createProcesses({ ...process.env, ...env }),
    settings: () => ({
      ...{ enabled: true, working_dir: '', timeout: 20e9, sandbox: { enabled: false, image: '' } },
      ...settings,
    }),
    loopback: () => loopback,
  })
  opened.push(opening)
  const call =
    (name: string) =>
    (input: Record<string, unknown>, more: Partial<ToolContext> = {}) => {
      const tool = opening.tools.find((tool) => tool.name === name) as unknown as Tool<Record<string, unknown>>
      const context = { session: 's', channel: 'cli', chat: 'direct', turn: 's/1', callId: 'c', owner: true }
      return tool.run(tool.input.parse(input), { ...context, signal: new AbortController().signal, ...more })
    }
  const process_ = call('process')
  return {
    opening,
    exec: call('exec'),
    process: process_,
    json: async (input: Record<string, unknown>) => JSON.parse(await process_(input)) as Record<string, unknown>,
    description: () => {
      const { description } = opening.tools[0]!
      return typeof description === 'function' ? description() : description
    },
  }
}

describe('shellMode', () => {
  const local = { setting: 'auto', enabled: true, hasProcesses: true, loopback: true, owner: true } as const
  it.each([
    [local, 'real'],
    [{ ...local, owner: false }, 'simulated'],
    [{ ...local, loopback: false }, 'simulated'],
    [{ ...local, hasProcesses: false }, 'simulated'],
    [{ ...local, setting: 'real', loopback: false, owner: false }, 'real'],
    [{ ...local, setting: 'real', hasProcesses: false }, 'simulated'],
    [{ ...local, setting: 'simulated' }, 'simulated'],
    [{ ...local, setting: 'off' }, 'off'],
    [{ ...local, setting: 'real', enabled: false }, 'off'],
  ] as const)('%o is %s', (facts, mode) => {
    expect(shellMode(facts)).toBe(mode)
  })
})

describe('shellSetting', () => {
  it.each([
    [undefined, 'auto'],
    ['', 'auto'],
    [' Real ', 'real'],
    ['off', 'off'],
    ['reel', 'simulated'],
  ])('%s means %s', (mode, setting) => {
    expect(shellSetting(mode)).toBe(setting)
  })
})

describe('exec on the machine', () => {
  it('answers as the contract words it', async () => {
    const { exec } = shell()
    expect(await exec({ command: 'pwd' })).toBe(`${root}\n`)
    expect(await exec({ command: 'true' })).toBe('(no output)')
    expect(await exec({ command: 'echo out; echo err >&2; exit 3' })).toBe('out\n\nSTDERR:\nerr\n\nExit code: 3')
    expect(await exec({ command: 'kill -KILL $$' })).toBe('\nExit code: 137 (SIGKILL)')
  })

  it('runs bash, without input and without the secrets of the gateway', async () => {
    const { exec } = shell({ env: { OPENAI_API_KEY: 'sk-secret' } })
    expect(await exec({ command: '[[ abc =~ b ]] && cat && echo "key=$OPENAI_API_KEY"' })).toBe('key=\n')
  })

  it('starts in working_dir, which stays inside the workspace', async () => {
    const { exec } = shell()
    expect(await exec({ command: 'pwd', working_dir: 'sub' })).toBe(`${root}/sub\n`)
    expect(await exec({ command: 'pwd', working_dir: `${root}/sub` })).toBe(`${root}/sub\n`)
    for (const working_dir of ['/etc', `${root}evil`]) {
      await expect(exec({ command: 'pwd', working_dir })).rejects.toThrow('must be inside the workspace')
    }
    await expect(exec({ command: 'pwd', working_dir: 'sub/../..' })).rejects.toThrow('not allowed')
    await expect(exec({ command: 'pwd', working_dir: 'sub/file' })).rejects.toThrow('not a folder')
    await expect(exec({ command: 'pwd', working_dir: 'out' })).rejects.toThrow(/EACCES|not a folder/)
  })

  it('honours tools.shell.working_dir', async () => {
    expect(await shell({ settings: { working_dir: 'sub' } }).exec({ command: 'pwd' })).toBe(`${root}/sub\n`)
    expect(await shell({ settings: { working_dir: '/' } }).exec({ command: 'pwd' })).toBe('/\n')
    const missing = shell({ settings: { working_dir: '/no/such/folder' } }).exec({ command: 'pwd' })
    await expect(missing).rejects.toThrow('working directory does not exist')
  })

  it('keeps the beginning and the end of a long output, and counts the rest', async () => {
    const text = await shell().exec({ command: 'seq 100000' })
    expect(text.length).toBeLessThan(10_100)
    expect(text).toMatch(/^1\n2\n/)
    expect(text).toMatch(/\n\.\.\. \(truncated, 578\d\d\d more chars\)\n/)
    expect(text).toMatch(/\n100000\n$/)
  })

  it('never cuts inside a character', async () => {
    const text = await shell().exec({ command: "printf 'x'; for i in {1..9000}; do printf 'ü€😀'; done" })
    expect(text).not.toContain('\ufffd')
  })

  it('stops at the time limit, children included, and shows what came before', async () => {
    const { exec } = shell()
    const text = await exec({ command: 'echo begin; sleep 100 & wait', timeout: 1 })
    expect(text).toBe('begin\n\nExit code: 124 (timed out after 1 s)')
    const byConfig = await shell({ settings: { timeout: 80e6 } }).exec({ command: 'sleep 100' })
    expect(byConfig).toContain('timed out after 0.08 s')
  })

  it('returns at once from a command that leaves something running', async () => {
    const started = performance.now()
    expect(await shell().exec({ command: 'sleep 100 & echo started' })).toBe('started\n')
    expect(await shell().exec({ command: 'setsid sleep 8 & echo started' })).toBe('started\n')
    expect(performance.now() - started).toBeLessThan(6000)
  })

  it('cuts off a command that never stops writing', async () => {
    const text = await shell().exec({ command: 'yes' })
    expect(text).toMatch(/^y\ny\n/)
    expect(text).toContain('Exit code: 124 (stopped: more than 16 MB of output)')
    expect(text.length).toBeLessThan(12_000)
  })

  it('ends with the turn', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('the turn was stopped')), 50)
    await expect(shell().exec({ command: 'sleep 100' }, { signal: stop.signal })).rejects.toThrow(
      'the turn was stopped',
    )
  })

  it('ends with the gateway', async () => {
    const { exec, opening } = shell()
    setTimeout(() => opening.close(), 50)
    expect(await exec({ command: 'sleep 100' })).toContain('SIGTERM')
  })

  it('refuses nothing, NUL and novels', async () => {
    const { opening } = shell()
    const { input } = opening.tools[0]!
    expect(input.safeParse({}).error?.issues[0]?.message).toBe('command is required')
    expect(input.safeParse({ command: ' ' }).error?.issues[0]?.message).toBe('command is required')
    expect(input.safeParse({ command: 'a\0b' }).success).toBe(false)
    expect(input.safeParse({ command: 'x'.repeat(200_000) }).success).toBe(false)
  })

  it('gives strangers the simulated shell, and says so', async () => {
    const { exec, description, opening } = shell()
    expect(await exec({ command: 'pwd; ls /' }, { owner: false })).toBe('/workspace\ndev\ntmp\nworkspace\n')
    expect(description()).toMatch(/bash on the machine.*anyone but the owner/)
    expect(opening.tools.map((tool) => tool.name)).toEqual(['exec', 'process'])
    expect(shell({ loopback: false }).opening.tools.map((tool) => tool.name)).toEqual(['exec'])
  })

  it('is gone when it is switched off', async () => {
    const settings = { enabled: true } as { enabled: boolean }
    const { exec, opening } = shell({ settings })
    expect(await exec({ command: 'echo on' })).toBe('on\n')
    expect(shell({ settings: { enabled: false } }).opening.tools).toEqual([])
    expect(opening.tools).not.toEqual([])
  })
})

describe('the sandbox', () => {
  const settings = { sandbox: { enabled: true, image: 'alpine:3.20' } }

  it('says what to do when docker is missing', async () => {
    const bin = join(root, 'no-docker')
    await mkdir(bin, { recursive: true })
    const processes = createProcesses({ PATH: bin })
    const { tools } = shellTools({
      workspace: () => files,
      processes: { ...processes, which: async (name) => (name === 'docker' ? null : processes.which(name)) },
      settings: () => ({ enabled: true, working_dir: '', timeout: 0, ...settings }),
      loopback: () => true,
    })
    const exec = tools[0] as unknown as Tool<{ command: string }>
    const context = { ...({} as ToolContext), owner: true, session: 's', signal: new AbortController().signal }
    await expect(exec.run({ command: 'ls' }, context)).rejects.toThrow('docker was not found in PATH')
  })

  it('starts the container without network, privileges or root, and removes it when it is stopped', async () => {
    const bin = join(root, 'bin')
    await mkdir(bin, { recursive: true })
    // Stands for the docker client: notes how it was called, and hangs as a client of a long command does.
    await writeFile(
      join(bin, 'docker'),
      `#!/bin/sh\necho "$*" >> ${root}/calls\ncase "$*" in *hang*) sleep 100;; esac\n`,
    )
    await chmod(join(bin, 'docker'), 0o755)
    const { exec, description } = shell({ settings, env: { PATH: `${bin}:${process.env.PATH}` } })
    await exec({ command: 'echo hi', working_dir: 'sub' })
    await exec({ command: 'hang', timeout: 0.1 })
    await expect.poll(() => readFile(join(root, 'calls'), 'utf8'), PATIENT).toContain('rm -f clawgo-')
    const [first, second, removal] = (await readFile(join(root, 'calls'), 'utf8')).trim().split('\n')
    expect(first).toMatch(/^run --rm -i --init --name clawgo-\S+ --network none --user \d+:\d+ --cap-drop ALL /)
    expect(first).toContain(`--security-opt no-new-privileges -v ${root}:/app -w /app/sub alpine:3.20 sh -c echo hi`)
    expect(first).not.toContain('privileged ')
    expect(removal).toBe(`rm -f ${/clawgo-\S+/.exec(second!)![0]}`)
    expect(description()).toContain('container without network')
  })
})

describe('background commands', () => {
  it('run on, can be listed, read from a position, and killed', async () => {
    const { exec, process, json } = shell()
    const untilGo = 'until [ -e go ]; do sleep 0.02; done'
    const started = await exec({ command: `echo one; ${untilGo}; echo two; sleep 100`, background: true })
    expect(started).toBe('{"session_id":"p-1","running":true}')
    const first = await json({ action: 'poll', session_id: 'p-1', timeout_ms: 20_000 })
    expect(first).toMatchObject({ id: 'p-1', running: true, log: 'one\n', next_offset: 4 })
    await writeFile(join(root, 'go'), '')
    expect(await json({ action: 'poll', sessionId: 'p-1', timeout_ms: 20_000 })).toMatchObject({
      log: 'two\n',
      next_offset: 8,
    })
    expect(await process({ action: 'log', session_id: 'p-1' })).toBe('one\ntwo\n')
    expect(await process({ action: 'log', session_id: 'p-1', offset: 4, limit: 3 })).toBe('two')
    await exec({ command: 'exit 4', background: true })
    await json({ action: 'poll', session_id: 'p-2', timeout_ms: 20_000 })
    const list = JSON.parse(await process({ action: 'list' })) as Array<Record<string, unknown>>
    expect(list).toMatchObject([
      { id: 'p-2', command: 'exit 4', running: false, exit_code: 4 },
      { id: 'p-1', running: true, exit_code: null },
    ])
    expect(await process({ action: 'kill', session_id: 'p-1' })).toBe('killed')
    await expect
      .poll(() => json({ action: 'poll', session_id: 'p-1' }), PATIENT)
      .toMatchObject({ running: false, exit_code: 143 })
    expect(await process({ action: 'kill', session_id: 'p-1' })).toBe('killed')
    await expect(process({ action: 'log', session_id: 'p-9' })).rejects.toThrow('session not found: p-9')
  })

  it('can be watched for a phrase, whatever its case', async () => {
    const { exec, process, json } = shell()
    await exec({ command: 'echo starting; sleep 0.05; echo "Server READY now"; sleep 100', background: true })
    const watch = { action: 'watch_patterns', session_id: 'p-1', interval_ms: 50 }
    const found = await json({ ...watch, patterns: ['error', 'server ready'] })
    expect(found).toMatchObject({ id: 'p-1', matched: true, pattern: 'server ready', running: true, next_offset: 21 })
    expect(await process({ action: 'log', session_id: 'p-1', offset: found.next_offset })).toBe(' now\n')
    const missed = await json({ ...watch, patterns: ['server ready'], case_sensitive: true, timeout_ms: 60 })
    expect(missed).toMatchObject({ matched: false, running: true, timed_out: true })
    await exec({ command: 'exit 2', background: true })
    expect(await json({ ...watch, session_id: 'p-2', patterns: ['x'], alert_on_exit: true })).toMatchObject({
      ...{ matched: false, running: false, exit_code: 2, event: 'process_exited' },
    })
    await expect(process({ action: 'watch_patterns', session_id: 'p-1' })).rejects.toThrow('patterns is required')
  })

  it('keep the newest megabyte of output', async () => {
    const { exec, process, json } = shell()
    await exec({ command: 'seq 300000', background: true })
    await expect
      .poll(() => json({ action: 'poll', session_id: 'p-1', limit: 1 }), PATIENT)
      .toMatchObject({ running: false })
    const log = await process({ action: 'log', session_id: 'p-1' })
    expect(log.length).toBe(1 << 20)
    expect(log.endsWith('299999\n300000\n')).toBe(true)
    expect(await json({ action: 'poll', session_id: 'p-1', offset: 1988890 })).toMatchObject({
      log: '0000\n',
      next_offset: 1988895,
    })
  })

  it('end with the gateway, not with the turn', async () => {
    const { exec, json, opening } = shell()
    const turn = new AbortController()
    await exec({ command: 'sleep 100', background: true }, { signal: turn.signal })
    turn.abort()
    expect(await json({ action: 'poll', session_id: 'p-1' })).toMatchObject({ running: true })
    opening.close()
    await expect.poll(() => json({ action: 'poll', session_id: 'p-1' }), PATIENT).toMatchObject({ running: false })
  })

  it('are none of a stranger’s business', async () => {
    const { exec, process } = shell()
    await exec({ command: 'sleep 100', background: true })
    await expect(process({ action: 'list' }, { owner: false })).rejects.toThrow('not available here')
    await expect(exec({ command: 'ls', background: true }, { owner: false })).rejects.toThrow('not available here')
  })
})
