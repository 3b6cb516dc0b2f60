/** A process that dies in the middle of a write leaves the old file. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openNodeFiles } from '../../adapters/node/files.ts'
import { pattern, same } from './bytes.ts'
import { paths, text } from './files-reading.ts'

const adapter = new URL('../../adapters/node/files.ts', import.meta.url).href

/** Acknowledges one write, then streams into `big` for ever. */
const WRITER = `
const { openNodeFiles } = await import(${JSON.stringify(adapter)})
const files = openNodeFiles(process.argv[1])
await files.write('acknowledged', 'yes')
let sent = 0
await files.write('big', new ReadableStream({
  pull(controller) {
    controller.enqueue(new Uint8Array(65536).fill(7))
    if (++sent === 100) process.stdout.write('streaming')
  },
}))`

it('keeps the old content when the process is killed in the middle of a streaming replace', async () => {
  const root = mkdtempSync(join(tmpdir(), 'gateway-crash-'))
  try {
    const old = pattern(3_000_000)
    await openNodeFiles(root).write('big', old)
    const writer = spawn(process.execPath, ['--input-type=module', '-e', WRITER, root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(writer.stdout, 'data')
    writer.kill('SIGKILL')
    await once(writer, 'exit')

    const files = openNodeFiles(root)
    expect(same(await files.read('big'), old)).toBe(true)
    expect(await text(files, 'acknowledged')).toBe('yes')
    expect(await paths(files)).toEqual(['acknowledged', 'big'])
    const leftover = readdirSync(root).filter((name) => name.endsWith('.tmp'))
    expect(leftover).toHaveLength(1)
    const longAgo = Date.now() / 1000 - 4000
    utimesSync(join(root, leftover[0]!), longAgo, longAgo)
    await files.sweep()
    expect(readdirSync(root).sort()).toEqual(['acknowledged', 'big'])
    await files.write('big', 'next')
    expect(await text(files, 'big')).toBe('next')
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
})
