/** Another process rearranges the tree while the gateway works in it: nothing may be written or read outside. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { FileError } from '../../src/files/index.ts'
import { paths } from './files-reading.ts'

const RACE_MS = 1500

/** Swaps a folder and a link out, and a file and a link out, as fast as it can. */
const SWAPPER = `
const { renameSync } = require('node:fs')
process.stdout.write('ready')
for (;;) {
  for (const name of ['d', 'f']) {
    try { renameSync(name, name + '.real'); renameSync(name + '.link', name) } catch {}
    try { renameSync(name, name + '.link'); renameSync(name + '.real', name) } catch {}
  }
}`

it.runIf(process.platform === 'linux')('stays inside while a second process swaps folders and links', async () => {
  const base = mkdtempSync(join(tmpdir(), 'gateway-race-'))
  const [root, outside] = [join(base, 'root'), join(base, 'outside')]
  const files = openNodeFiles(root)
  for (const path of [outside, join(root, 'd')]) mkdirSync(path)
  writeFileSync(join(outside, 'x'), 'secret')
  writeFileSync(join(root, 'd/x'), 'public')
  writeFileSync(join(root, 'f'), 'public')
  symlinkSync('../outside', join(root, 'd.link'))
  symlinkSync('../outside/x', join(root, 'f.link'))

  const peer = spawn(process.execPath, ['-e', SWAPPER], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(peer.stdout, 'data')
    const counts = { leaked: 0, refused: 0, done: 0 }
    const tally = async (work: Promise<unknown>) => {
      try {
        const result = await work
        if (result instanceof Uint8Array && new TextDecoder().decode(result).includes('secret')) counts.leaked++
        counts.done++
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        counts.refused++
      }
    }
    for (const end = Date.now() + RACE_MS; Date.now() < end; ) {
      await tally(files.write(`d/w${counts.done % 50}`, 'written', { durable: false }))
      await tally(files.read('d/x'))
      await tally(files.read('f'))
      await tally(files.append('f', '.'))
      await tally(files.mkdir('d/made'))
      await tally(files.remove('d/made'))
      await tally(paths(files, '', true))
      await tally(files.rename(`d/w${counts.done % 50}`, 'd/renamed'))
    }
    expect(counts.leaked).toBe(0)
    expect(readdirSync(outside)).toEqual(['x'])
    expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('secret')
    // Both sides really raced.
    expect(counts.done).toBeGreaterThan(50)
    expect(counts.refused).toBeGreaterThan(5)
  } finally {
    peer.kill('SIGKILL')
    await once(peer, 'exit')
    rmSync(base, { recursive: true, force: true })
  }
})
