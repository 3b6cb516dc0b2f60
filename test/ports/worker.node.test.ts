/** The Worker and its Gateway object, from outside: what the contract does not say, but a deployment relies on. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { type RunningWorker, startWorker } from '../support/worker-target.ts'

const TOKEN = 'cg_00000000000000000000000000000000'
const auth = { authorization: `Bearer ${TOKEN}` }

async function open(vars: Record<string, string> = {}): Promise<RunningWorker> {
  const worker = await startWorker({
    entry: 'adapters/cloudflare/worker.ts',
    objects: { GATEWAY: 'GatewayObject', DIRECTORY: 'TenantDirectory' },
    vars: { GATEWAY_TOKEN: TOKEN, GATEWAY_LOG_LEVEL: 'error', ...vars },
  })
  onTestFinished(() => worker.close())
  return worker
}
const chat = (worker: RunningWorker, message: string) =>
  fetch(`${worker.url}/api/chat`, { method: 'POST', headers: auth, body: JSON.stringify({ message }) })

describe('the Worker', () => {
  it('starts its gateway with the token of GATEWAY_TOKEN over that of the config', async () => {
    const worker = await open({ GATEWAY_CONFIG: '{"gateway":{"token":"other"}}' })
    expect((await fetch(`${worker.url}/api/version`, { headers: auth })).status).toBe(200)
    expect((await fetch(`${worker.url}/api/version`, { headers: { authorization: 'Bearer other' } })).status).toBe(401)
  })

  it('answers 503 while its gateway cannot start, tells a stranger nothing, and stays healthy', async () => {
    const worker = await open({ GATEWAY_CONFIG: '{"gateway":{"token":"secret"' })
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await fetch(`${worker.url}/api/version`, { headers: auth })
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('10')
      expect(await response.text()).toBe('the gateway could not start; its log says why\n')
    }
    expect(await (await fetch(`${worker.url}/health`)).text()).toBe('ok')
  })

  it('is poked by its cron trigger: an object without alarm wakes and has one from then on', async () => {
    const worker = await open()
    await worker.scheduled()
    const object = await worker.object()
    await expect.poll(() => object.poke!()).toBe('asleep')
  })

  it('keeps its live sockets over an eviction, and their events come', async () => {
    const worker = await open()
    const ws = new WebSocket(`${worker.url.replace('http', 'ws')}/api/events/live`, { headers: auth })
    const messages: string[] = []
    ws.on('message', (data) => messages.push(JSON.parse(String(data)).type))
    await expect.poll(() => messages).toEqual(['ready'])
    await worker.evict()
    const config = { gateway: { token: TOKEN }, agents: { defaults: { max_tool_iterations: 9 } } }
    const saved = await fetch(`${worker.url}/api/config`, {
      method: 'POST',
      headers: auth,
      body: JSON.stringify(config),
    })
    expect([saved.status, await saved.text()]).toEqual([200, expect.any(String)])
    await expect.poll(() => messages).toEqual(['ready', 'config_changed'])
    const code = new Promise((resolve) => ws.on('close', resolve))
    ws.close(1000)
    expect(await code).toBe(1000)
  })

  it('dies at an armed point and comes back, with nothing acknowledged and nothing lost', async () => {
    const worker = await open({ TEST_FAULTS: '1' })
    expect((await chat(worker, 'one')).status).toBe(200)
    await (await worker.object()).arm!('accept', 1)
    expect((await chat(worker, 'two')).status).toBe(503)
    expect((await chat(worker, 'three')).status).toBe(200)
    const history = await fetch(`${worker.url}/api/chat/history?session=main`, { headers: auth })
    const { messages } = (await history.json()) as { messages: Array<{ role: string; content: string }> }
    expect(messages.filter((m) => m.role === 'user').map((m) => m.content)).toEqual(['one', 'three'])
  })

  it('arms no fault outside of tests', async () => {
    const worker = await open()
    await (await worker.object()).arm!('accept', 1)
    expect((await chat(worker, 'one')).status).toBe(200)
  })
})
