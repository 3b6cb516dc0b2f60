import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantFeatures } from '../../src/hosting/index.ts'
import { nodeAlarm } from './alarm.ts'
import { nodeDatabase } from './database.ts'
import { openNodeFiles } from './files.ts'
import { tenantPlatform } from './host-platform.ts'
import { nodeLog } from './log.ts'
import { nodeSockets } from './sockets.ts'

let server: Server
let url: string
let home: string
let asked = 0

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'clawgo-tenant-'))
  server = createServer((_request, response) => {
    asked++
    response.end('inside')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  server.close()
  await rm(home, { recursive: true, force: true })
})

function platform(features: TenantFeatures) {
  const log = nodeLog({ quiet: true })
  const parts = { home, files: openNodeFiles(home), db: nodeDatabase(':memory:'), alarm: nodeAlarm(Date.now, log) }
  return tenantPlatform(
    { ...parts, sockets: nodeSockets({ log }), log, logs: log.lines, env: { SHARED: '1' } },
    features,
  )
}

describe('the platform of a tenant', () => {
  it('reaches no private address, whatever its config allows itself', async () => {
    const walled = platform({})
    const allow = [new URL(url).host]
    await expect(walled.fetch(url)).rejects.toThrow('AddressRefused')
    await expect(walled.fetch(new Request(url, { method: 'POST', body: 'x' }))).rejects.toThrow('AddressRefused')
    await expect(walled.publicFetch(new URL(url), {}, { allow })).rejects.toThrow('AddressRefused')
    await expect(walled.proxied?.(url, { allow })('https://example.com/')).rejects.toThrow('AddressRefused')
    expect(asked).toBe(0)
  })

  it('reaches one where the host says so', async () => {
    expect(await (await platform({ private_network: true }).fetch(url)).text()).toBe('inside')
  })

  it('has its own workspace only, no processes, no place on the disk, and of the environment what is shared', async () => {
    const walled = platform({})
    await walled.workspace('/etc').write('note.md', 'mine')
    expect(await openNodeFiles(join(home, 'workspace')).stat('note.md')).not.toBeNull()
    expect([walled.processes, walled.files.root, walled.workspace('').root]).toEqual([undefined, undefined, undefined])
    expect(walled.env).toEqual({ SHARED: '1' })
    expect(JSON.stringify(await walled.system())).not.toContain('Load')
    expect(platform({ shell: true }).processes).toBeDefined()
  })
})
