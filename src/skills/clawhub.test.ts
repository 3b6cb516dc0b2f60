import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { createProcesses } from '../../adapters/node/processes.ts'
import { type ClawHubCommand, clawHubCommand } from '../../test/support/clawhub.ts'
import type { Files } from '../files/index.ts'
import type { Log } from '../platform.ts'
import { findRemoteVersion } from './remote-version.ts'
import { Skills } from './service.ts'

let root: string
let files: Files
let hub: ClawHubCommand

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'skill-hub-'))
  files = openNodeFiles(root)
  hub = await clawHubCommand()
})
afterEach(() => Promise.all([hub.remove(), rm(root, { recursive: true, force: true })]))

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }

function open({ path = hub.folder, processes = true } = {}): Skills {
  const PATH = [path, process.env.PATH].join(':')
  return new Skills({
    workspace: () => files,
    ...(processes && { processes: createProcesses({ PATH, HOME: root }) }),
    now: Date.now,
    log: quiet,
  })
}

describe('install', () => {
  it('runs the tool in the workspace and tells what it printed, without the place on our disk', async () => {
    expect(await open().install('tides', false)).toEqual({
      name: 'tides',
      output: 'installed tides into ./skills/tides\n',
    })
    expect(await readdir(join(root, 'skills/tides'))).toEqual(['SKILL.md'])
    expect(await hub.calls()).toEqual(['install tides'])
  })

  it('forces a suspicious skill only when asked', async () => {
    await expect(open().install('suspicious', false)).rejects.toMatchObject({
      status: 502,
      message: 'install failed: exit code 1\nsuspicious: use --force',
    })
    expect((await open().install('suspicious', true)).name).toBe('suspicious')
  })

  it('answers 429 when ClawHub asks to wait, 502 when the tool fails', async () => {
    await expect(open().install('busy', false)).rejects.toMatchObject({
      status: 429,
      message:
        'clawhub rate limit exceeded. please retry later or configure auth token.\nError: Rate limit exceeded (see ./log)',
    })
    await expect(open().install('broken', false)).rejects.toMatchObject({
      status: 502,
      message: 'install failed: exit code 3\nboom in .',
    })
  })

  it('answers 412 without the tool, 501 without processes', async () => {
    await expect(open({ path: '/nowhere' }).install('x', false)).rejects.toMatchObject({
      status: 412,
      message: 'clawhub is not installed. please install clawhub first.',
    })
    await expect(open({ processes: false }).install('x', false)).rejects.toMatchObject({ status: 501 })
  })

  it('hands no option, path or disabled skill to the tool', async () => {
    await files.write('skills/off.disabled/SKILL.md', 'x')
    for (const name of ['--force', '-h', '../x', 'a b', '', 'off']) {
      await expect(open().install(name, false)).rejects.toMatchObject({ status: 400 })
    }
    expect(await hub.calls()).toEqual([])
  })

  it('installs one after the other', async () => {
    const skills = open()
    await Promise.all(['a', 'b', 'c'].map((name) => skills.install(name, false)))
    expect([await hub.peak(), (await hub.calls()).length]).toEqual([1, 3])
  })

  it('ends the tool when the gateway closes', async () => {
    const skills = open()
    const install = skills.install('slow', false)
    const ended = expect(install).rejects.toMatchObject({ status: 502 })
    await expect.poll(() => hub.calls()).toEqual(['install slow'])
    skills.close()
    await ended
  })
})

describe('checkUpdates', () => {
  it('asks for a few skills at a time', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `skill-${i}`)
    const found = await open().checkUpdates([...names, 'unknown', 'not a name'])
    expect(found.get('skill-7')).toEqual({ found: true, version: '1.2.3' })
    expect(found.get('unknown')).toEqual({ found: false })
    expect(found.has('not a name')).toBe(false)
    const peak = await hub.peak()
    expect([peak > 1, peak <= 4]).toEqual([true, true])
  })

  it('stops asking when ClawHub asks to wait, and tells of other failures one by one', async () => {
    const found = await open().checkUpdates(['busy', 'broken', 'a', 'b', 'c', 'd', 'e', 'f'])
    expect(found.get('busy')!.error).toMatch(/^clawhub rate limit exceeded/)
    expect(found.get('broken')!.error).toBe('exit code 3: boom in .')
    expect(found.get('f')!.error).toMatch(/^clawhub rate limit exceeded/)
    expect((await hub.calls()).length).toBeLessThan(8)
  })

  it('finds nothing without the tool or without processes', async () => {
    expect((await open({ path: '/nowhere' }).checkUpdates(['a'])).size).toBe(0)
    expect((await open({ processes: false }).checkUpdates(['a'])).size).toBe(0)
    expect(await open({ processes: false }).clawHubPath()).toBe('')
  })
})

describe('findRemoteVersion', () => {
  it('finds the skill wherever it stands, by its whole name', () => {
    const tree = JSON.stringify({ items: [{ name: 'tides-pro', version: '9' }, { item: { id: 'Tides', version: 2 } }] })
    expect(findRemoteVersion(tree, 'tides')).toEqual({ found: true, version: '2' })
    expect(findRemoteVersion(tree, 'tide')).toEqual({ found: false })
    expect(findRemoteVersion('oops', 'tides').error).toMatch(/no JSON/)
    expect(findRemoteVersion(`${'['.repeat(5000)}${']'.repeat(5000)}`, 'x')).toEqual({ found: false })
  })
})
