import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchConfig } from './config-watch.ts'

let dir: string
let path: string
let calls: string[]
let watcher: ReturnType<typeof watchConfig>

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'config-watch-'))
  path = join(dir, 'config.json')
  writeFileSync(path, '{}')
  calls = []
  watcher = watchConfig(path, (source) => calls.push(source))
  await watcher.ready
})

afterEach(async () => {
  await watcher.close()
  rmSync(dir, { recursive: true })
})

it('reports an edit once, and an atomic replacement, and the one after it', async () => {
  writeFileSync(path, '{"a":1}')
  writeFileSync(path, '{"a":2}')
  await vi.waitFor(() => expect(calls).toEqual(['watcher']), 5000)
  for (const round of [2, 3]) {
    writeFileSync(`${path}.new`, `{"round":${round}}`)
    renameSync(`${path}.new`, path)
    await vi.waitFor(() => expect(calls).toHaveLength(round), 5000)
  }
})

it('does not report its neighbours', async () => {
  writeFileSync(join(dir, 'gateway.db'), 'x')
  // Longer than the quiet time: a report of the neighbour would have come before the one of the file.
  await new Promise((done) => setTimeout(done, 300))
  expect(calls).toEqual([])
  writeFileSync(path, '{"a":1}')
  await vi.waitFor(() => expect(calls).toEqual(['watcher']), 5000)
})

it('reports SIGHUP, until it is closed', async () => {
  const others = process.listenerCount('SIGHUP')
  process.emit('SIGHUP')
  expect(calls).toEqual(['signal'])
  await watcher.close()
  expect(process.listenerCount('SIGHUP')).toBe(others - 1)
})
