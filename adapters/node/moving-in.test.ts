/** The first start in an existing home, over a real server. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { jsonOf } from '../../test/support/json.ts'
import { numbered, writeOldHome, writeSession } from '../../test/support/old-home.ts'
import { run, start } from './cli/testing.ts'
import { type NodeGateway, startNode } from './index.ts'

const TOKEN = 'cg_moving_in'
const CONFIG = {
  gateway: { host: '127.0.0.1', port: 0, token: TOKEN },
  agents: { defaults: { workspace: '', model: { primary: 'offline/offline' } } },
  logging: { dir: '' },
  models: { providers: {} },
}

let home: string
let sessions: string
let gateway: NodeGateway | undefined

beforeEach(() => {
  home = join(mkdtempSync(join(tmpdir(), 'moving-in-')), 'home')
})
afterEach(async () => {
  await gateway?.close({ graceMs: 0 })
  gateway = undefined
  rmSync(join(home, '..'), { recursive: true })
})

async function oldHome(messages: number): Promise<void> {
  sessions = await writeOldHome(home, { config: CONFIG, messages })
}

async function open(): Promise<NodeGateway> {
  gateway = await startNode({ home, port: 0, env: { PATH: process.env.PATH }, quiet: true })
  return gateway
}

type Message = { role: string; content: string; seq: number }

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
async function history(url: string, session: string, query = ''): Promise<Message[]> {
  const answer = await jsonOf(
    fetch(`${url}/api/chat/history?session=${encodeURIComponent(session)}${query}`, { headers }),
  )
  return answer.messages
}
const chat = (url: string, session: string, message: string) =>
  fetch(`${url}/api/chat`, { method: 'POST', headers, body: JSON.stringify({ session, message }) })

async function receipts(count: number): Promise<string[]> {
  for (;;) {
    const names = readdirSync(home).includes('migrations') ? readdirSync(join(home, 'migrations')) : []
    const found = names.filter((name) => name.startsWith('receipt-'))
    if (found.length >= count) return found
    await sleep(20)
  }
}

describe('the first start in an existing home', () => {
  it('listens at once, lists every session, and brings in everything with a receipt', async () => {
    await oldHome(6)
    const { url } = await open()
    const { sessions } = await jsonOf(fetch(`${url}/api/sessions`, { headers }))
    expect(sessions.map(({ key }: { key: string }) => key).sort()).toEqual(['gone', 'main', 'telegram:42'])
    const [name] = await receipts(1)
    const receipt = JSON.parse(readFileSync(join(home, 'migrations', name!), 'utf8'))
    expect(receipt).toMatchObject({ source: '.', totals: { sessions: 4, messages: 11, cron_jobs: 1, failed: 0 } })
    expect(await history(url, 'telegram:42')).toHaveLength(4)
    expect((await history(url, 'main')).map(({ content }) => content)).toEqual(
      Array.from({ length: 6 }, (_, i) => `message ${i + 1}`),
    )
  })

  it('puts a new message after all earlier ones, however many are still to come, and answers it first', async () => {
    await oldHome(20_000)
    await writeSession(sessions, 'other', numbered(20_000))
    const { url } = await open()
    expect((await chat(url, 'main', 'and now?')).status).toBe(200)
    const last = await history(url, 'main', '&after=20000')
    expect(last.map(({ seq, role, content }) => [seq, role, role === 'user' ? content : ''])).toEqual([
      [20_001, 'user', 'and now?'],
      [20_002, 'assistant', ''],
    ])
    expect((await history(url, 'main', '&before=3')).map(({ content }) => content)).toEqual(['message 1', 'message 2'])
  })

  it('keeps a message stopped while it waited behind the earlier ones too', async () => {
    await oldHome(20_000)
    const { url } = await open()
    const asked = chat(url, 'main', 'never mind')
    while ((await (await chat(url, 'main', '/stop')).text()).includes('Nothing')) await sleep(1)
    await asked
    expect((await history(url, 'main', '&after=20000')).map(({ content }) => content)).toContain('never mind')
    expect((await history(url, 'main', '&before=20001&limit=1'))[0]!.content).toBe('message 20000')
  })

  it('happens once: later starts look at nothing, and what was said since stays', async () => {
    await oldHome(6)
    let { url } = await open()
    await receipts(1)
    await chat(url, 'main', 'new')
    await gateway!.close({ graceMs: 1000 })
    await writeSession(sessions, 'late', numbered(2))
    url = (await open()).url
    await sleep(200)
    expect(await history(url, 'late')).toEqual([])
    expect(await history(url, 'main')).toHaveLength(8)
    expect(await receipts(1)).toHaveLength(1)
  })

  it('goes on after a kill in the middle: each message is there once, in order, with what was sent meanwhile last', async () => {
    await oldHome(5_000)
    const config = join(home, 'config.json')
    for (const point of ['import-batch:3', 'import-batch:9']) {
      const killed = await start(config, ['gateway', 'run', '--port', '0'], { CLAWGO_TEST_CRASH: point }).ended
      expect(killed.code).toBe(null)
    }
    const { url } = await open()
    expect((await chat(url, 'main', 'and now?')).status).toBe(200)
    const found = [
      ...(await history(url, 'main', '&limit=2000&before=2001')),
      ...(await history(url, 'main', '&limit=2000&before=4001')),
      ...(await history(url, 'main', '&limit=2000&after=4000')),
    ]
    expect(found.slice(0, 5_001).map(({ content }) => content)).toEqual([
      ...Array.from({ length: 5_000 }, (_, i) => `message ${i + 1}`),
      'and now?',
    ])
    expect((await receipts(1)).length).toBe(1)
  })

  it('is refused to the command while the gateway runs, and not needed', async () => {
    await oldHome(6)
    await open()
    await receipts(1)
    const { code, stderr } = await run(join(home, 'config.json'), ['migrate'])
    expect(code).toBe(3)
    expect(stderr).toContain('A gateway runs on this home.')
  })
})

it('leaves a new home alone', async () => {
  const { gateway: opened } = await startNode({
    home,
    port: 0,
    initialConfig: CONFIG,
    env: { PATH: process.env.PATH },
    quiet: true,
  }).then((node) => {
    gateway = node
    return node
  })
  await opened.wake()
  expect(readdirSync(home)).not.toContain('migrations')
})
