import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { createProcesses } from '../../adapters/node/processes.ts'
import { type StandInInstallers, standInInstallers } from '../../test/support/stand-in-installers.ts'
import type { Log } from '../platform.ts'
import { Installer } from './installer.ts'

async function open(only?: 'uv' | 'bun', more: { edge?: boolean } = {}) {
  const installers: StandInInstallers = await standInInstallers(only)
  const root = await mkdtemp(join(tmpdir(), 'installer-'))
  onTestFinished(async () => {
    await installers.close()
    await rm(root, { recursive: true, force: true })
  })
  const logged: string[] = []
  const write = (message: string, fields: Record<string, unknown> = {}) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const processes = createProcesses({ PATH: `${installers.folder}:/usr/bin:/bin`, HOME: installers.home })
  let done = 0
  const files = openNodeFiles(root)
  const installer = new Installer({
    platform: { ...(more.edge ? {} : { processes }), log, files },
    installed: () => void done++,
  })
  const install = (name: string, by = 'uv') => installer.install({ package: name, installer: by })
  return { ...installers, install, logged, root: files.root, done: () => done }
}

describe('installing', () => {
  it('runs uv by its arguments, and finds the command in its folder', async () => {
    const { install, uvBin, runs, root, logged, done } = await open()
    expect(await install('example-mcp==1.2.3', '')).toEqual({
      package: 'example-mcp==1.2.3',
      output: [
        'Resolved 3 packages in 12ms',
        'Installed 1 executable: example-mcp',
        'installed example-mcp==1.2.3 via uv',
        `resolved binary: ${uvBin}/example-mcp`,
      ].join('\n'),
      bin_name: 'example-mcp',
      bin_path: `${uvBin}/example-mcp`,
    })
    expect((await runs())[0]).toBe(`uv tool install example-mcp==1.2.3 in ${root}`)
    expect(logged).toContain(
      'mcp install {"package":"example-mcp==1.2.3","installer":"uv","line":"Resolved 3 packages in 12ms"}',
    )
    expect(done()).toBe(1)
  })

  it('runs bun, scopes and all', async () => {
    const { install, bunBin } = await open()
    expect(await install('@upstash/context7-mcp@1.0.0', ' BUN ')).toMatchObject({
      bin_name: 'context7-mcp',
      bin_path: `${bunBin}/context7-mcp`,
    })
  })

  it('believes the package about its command’s name, also when it was there already', async () => {
    for (const by of ['uv', 'bun']) {
      const { install } = await open()
      for (const time of [1, 2]) {
        expect([time, await install('two-commands', by)]).toMatchObject([time, { bin_name: 'first-command' }])
      }
    }
  })

  it('prefers the installer’s own folder to another command of that name', async () => {
    const { install, folder, uvBin } = await open()
    await writeFile(join(folder, 'example-mcp'), '#!/bin/sh\n', { mode: 0o755 })
    expect(await install('example-mcp')).toMatchObject({ bin_path: `${uvBin}/example-mcp` })
  })

  it('answers with what the installer said when it fails', async () => {
    const { install, done } = await open()
    await expect(install('broken')).rejects.toMatchObject({
      status: 502,
      message: /not found in the package registry$/,
    })
    await expect(install('broken', 'bun')).rejects.toMatchObject({ status: 502, message: /404/ })
    expect(done()).toBe(0)
  })

  it('says when there is no command afterwards', async () => {
    const { install } = await open()
    await expect(install('empty')).rejects.toMatchObject({
      status: 502,
      message: /installed empty but binary "empty" not found in PATH$/,
    })
  })

  it('says which installer is missing', async () => {
    const { install } = await open('bun')
    await expect(install('x')).rejects.toMatchObject({
      status: 412,
      message: 'uv is not installed; install uv first to auto-install x',
    })
  })

  it('starts nothing for what is no package', async () => {
    const { install, runs } = await open()
    for (const name of ['--help', 'git+https://a.example/x', './x', 'a; rm -rf /', '']) {
      await expect(install(name)).rejects.toMatchObject({ status: 400 })
    }
    await expect(install('x', 'npm')).rejects.toMatchObject({ status: 400 })
    expect(await runs()).toEqual([])
  })

  it('installs one package at a time; asking for the same twice is one installation', async () => {
    const { install, runs } = await open()
    const [first, again] = [install('sleeper'), install('sleeper')]
    await expect(install('other')).rejects.toMatchObject({ status: 429 })
    expect(await first).toEqual(await again)
    expect((await runs()).filter((run) => run.includes('tool install'))).toHaveLength(1)
    expect(await install('other')).toMatchObject({ bin_name: 'other' })
  })

  it('is not for runtimes without processes', async () => {
    const { install } = await open('uv', { edge: true })
    await expect(install('x')).rejects.toMatchObject({ status: 501, message: /processes/ })
  })
})
