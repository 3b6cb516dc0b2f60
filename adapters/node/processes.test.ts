import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChildProcess } from '../../src/platform.ts'
import { createProcesses } from './processes.ts'

const processes = createProcesses({ ...process.env, OPENAI_API_KEY: 'sk-secret' })
let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'processes-'))
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

const bash = (script: string) => processes.spawn({ command: 'bash', args: ['-c', script], cwd, env: processes.env })
const text = (stream: ReadableStream<Uint8Array>) => new Response(stream).text()

async function firstLine(child: ChildProcess): Promise<string> {
  const reader = child.stdout.getReader()
  const { value } = await reader.read()
  reader.releaseLock()
  return new TextDecoder().decode(value).trim()
}

/** A zombie that nobody reaps (pid 1 of some containers) runs no more. */
function running(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let i = 0; i < 400 && running(pid); i++) await new Promise((resolve) => setTimeout(resolve, 25))
  return !running(pid)
}

describe('processes', () => {
  it('carries input, both outputs and the exit code', async () => {
    const child = bash('read line; echo "got $line"; echo bad >&2; exit 3')
    const writer = child.stdin.getWriter()
    await writer.write(new TextEncoder().encode('hello\n'))
    await writer.close()
    expect(await Promise.all([text(child.stdout), text(child.stderr), child.exited])).toEqual([
      'got hello\n',
      'bad\n',
      { code: 3, signal: null },
    ])
  })

  it('shows children an allowlisted environment only', async () => {
    const seen = await text(bash('env').stdout)
    expect(seen).toContain('PATH=')
    expect(seen).not.toContain('sk-secret')
  })

  it('rejects with a readable message when the command does not exist', async () => {
    const child = processes.spawn({ command: 'no-such-command', args: [], cwd, env: processes.env })
    await expect(child.exited).rejects.toThrow('could not start no-such-command')
    expect(await text(child.stdout)).toBe('')
    expect(() => child.kill()).not.toThrow()
  })

  it('finds commands as a shell would', async () => {
    expect(await processes.which('sh')).toMatch(/\/sh$/)
    expect(await processes.which('no-such-command')).toBeNull()
    expect(await processes.which('/')).toBeNull()
    expect(await processes.which('./sh')).toBeNull()
  })

  it('kills the children with their parent', async () => {
    const child = bash('sleep 100 & echo $!; wait')
    const grandchild = Number(await firstLine(child))
    child.kill()
    expect((await child.exited).signal).toBe('SIGTERM')
    expect(await gone(grandchild)).toBe(true)
  })

  it('kills a loop that ignores TERM after the grace', async () => {
    const child = bash("trap '' TERM; echo ready; while :; do sleep 0.01; done")
    await firstLine(child)
    child.kill(50)
    expect((await child.exited).signal).toBe('SIGKILL')
  })

  it('kills a child that left the group with setsid', async () => {
    const child = bash('setsid sleep 100 & echo started; wait')
    await firstLine(child)
    const { descendants } = await import('./process-tree.ts')
    let escaped = descendants(child.pid)
    for (let i = 0; i < 400 && escaped.length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      escaped = descendants(child.pid)
    }
    expect(escaped).toHaveLength(1)
    child.kill()
    await child.exited
    expect(await gone(escaped[0]!.pid)).toBe(true)
  })

  it('ends what a finished command left running, and does not wait for it', async () => {
    const started = performance.now()
    const child = bash('sleep 100 & echo $!')
    const [output] = await Promise.all([text(child.stdout), child.exited])
    expect(performance.now() - started).toBeLessThan(6000)
    expect(await gone(Number(output))).toBe(true)
  })

  it('lets go of a pipe that a setsid child holds', async () => {
    const started = performance.now()
    const child = bash('setsid sleep 8 & echo started')
    expect(await text(child.stdout)).toBe('started\n')
    await child.exited
    expect(performance.now() - started).toBeLessThan(6000)
  })

  it('holds back a fast writer until someone reads, and loses nothing of what it wrote', async () => {
    const child = bash('head -c 3000000 /dev/zero; echo done >&2')
    await new Promise((resolve) => setTimeout(resolve, 50))
    const [bytes] = await Promise.all([new Response(child.stdout).arrayBuffer(), text(child.stderr), child.exited])
    expect(bytes.byteLength).toBe(3_000_000)
  })

  it('keeps the end of the output for a reader who comes late', async () => {
    const child = bash('head -c 150000 /dev/zero')
    void text(child.stderr)
    await child.exited
    expect((await new Response(child.stdout).arrayBuffer()).byteLength).toBe(150_000)
  })
})
