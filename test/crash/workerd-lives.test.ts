/** What the Gateway object lives through without anybody watching: hibernation, death in mid-turn, a lost alarm. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type FaultyWorker, startFaultyWorker } from '../support/faulty-worker.ts'
import { connect, type LiveClient, textOf } from '../support/live-client.ts'
import { startModelProcess } from '../support/model-process.ts'
import { scriptedModel } from '../support/scripted-model.ts'

const live = (worker: FaultyWorker, path: string): Promise<LiveClient> =>
  connect(`${worker.url.replace('http', 'ws')}${path}`, { authorization: `Bearer ${worker.token}` })

const outcome = async (worker: FaultyWorker, turn: number) =>
  (await (await worker.fetch(`/api/chat/turn?turn=${turn}`)).json()) as { state: string; reply: string }

const done = (worker: FaultyWorker, turn: number) =>
  expect.poll(async () => (await outcome(worker, turn)).state, { timeout: 10_000 }).toBe('done')

describe('an idle object', () => {
  it('hibernates under its sockets; the next message finds session and stream, the next event its watchers', async () => {
    const worker = await startFaultyWorker(await scriptedModel())
    const [chat, events] = [await live(worker, '/api/chat/live?session=s'), await live(worker, '/api/events/live')]
    await events.until(({ type }) => type === 'ready')
    chat.send({ message: 'text="before"', stay: true })
    await chat.until(({ type }) => type === 'chat_done')

    for (const [i, word] of ['once', 'twice'].entries()) {
      await worker.evict()
      chat.send({ message: `text="${word}"`, stay: true })
      await chat.until(({ type, turn }) => type === 'chat_done' && turn === i + 2)
    }
    expect(textOf(chat.frames)).toBe('beforeoncetwice')
    expect(chat.frames.every(({ session }) => session === 's')).toBe(true)

    await worker.evict()
    const config = await (await worker.fetch('/api/config')).text()
    const saved = await worker.fetch('/api/config', { method: 'POST', body: config })
    expect([saved.status, await saved.text()]).toEqual([200, expect.any(String)])
    await events.until(({ type }) => type === 'config_changed')
    expect(events.frames.filter(({ type }) => type === 'ready')).toHaveLength(1)
    chat.close()
    events.close()
    expect(await Promise.all([chat.closed, events.closed])).toEqual([1000, 1000])
  })

  it('forgets no message that came over a socket which outlived it', async () => {
    const worker = await startFaultyWorker(await scriptedModel())
    const chat = await live(worker, '/api/chat/live')
    await worker.evict()
    chat.send({ message: 'text="heard"', stay: true })
    const { turn } = await chat.until(({ type }) => type === 'chat_done')
    expect(await outcome(worker, Number(turn))).toMatchObject({ state: 'done', reply: 'heard' })
    chat.close()
    await chat.closed
  })
})

describe('an object that dies in mid-turn', () => {
  it('closes the socket it streamed to, and goes on from the cursor on the next one', async () => {
    const worker = await startFaultyWorker(await scriptedModel())
    const first = await live(worker, '/api/chat/live')
    first.send({ message: 'tokens=40 delay=20', stay: true })
    const { turn } = await first.until(({ type, seq }) => type === 'chat_chunk' && Number(seq) % 1e9 > 20)
    await worker.die()
    expect([1006, 1012]).toContain(await first.closed)
    const seen = first.frames.filter(({ type }) => type === 'chat_chunk')
    const second = await live(worker, '/api/chat/live')
    second.send({ turn, after: seen.at(-1)!.seq })
    await second.until(({ type }) => type === 'chat_done')
    const rewind = second.frames[0] as { type: string; to?: number }
    expect(rewind).toMatchObject({ type: 'chat_rewind', to: 0 })
    expect(textOf(second.frames).trim()).toBe(Array.from({ length: 40 }, (_, i) => `t${i}`).join(' '))
  })

  it('is brought back by its alarm when no client is left, and ends the turn with one effect', async () => {
    const models = await scriptedModel()
    const worker = await startFaultyWorker(models, { keepAliveMs: 300 })
    const turn = await worker.say(
      'k=alone call=exec:{"command":"echo paid >> effects.txt; cat effects.txt"} first@1=200 tokens=20 delay=30',
    )
    await expect.poll(() => models.requestsOf('alone').length).toBe(2)
    await worker.die()
    // The model is watched, not the gateway: any request would wake the object.
    await expect.poll(() => models.requestsOf('alone').length, { timeout: 5000 }).toBe(3)
    await expect.poll(() => models.requestsOf('alone').at(-1)?.outcome, { timeout: 5000 }).toBe('done')
    expect(models.requestsOf('alone').map(({ step, outcome }) => [step, outcome])).toEqual([
      [0, 'done'],
      [1, 'left'],
      [1, 'done'],
    ])
    await done(worker, turn)
    const history = await (await worker.fetch('/api/chat/history')).json()
    expect(JSON.stringify(history).match(/paid\\n/g)).toHaveLength(1)
  })

  it('is brought back by the cron trigger when its alarm was lost', async () => {
    const models = await scriptedModel()
    const worker = await startFaultyWorker(models, { keepAliveMs: 300 })
    const turn = await worker.say('k=lost tokens=30 delay=20')
    await expect.poll(() => models.requestsOf('lost').length).toBe(1)
    await worker.die({ forgetAlarm: true })
    await expect.poll(() => models.openStreams).toBe(0)
    await sleep(700)
    expect(models.requestsOf('lost')).toHaveLength(1)
    await worker.scheduled()
    await expect
      .poll(() => models.requestsOf('lost').map((r) => r.outcome), { timeout: 5000 })
      .toEqual(['left', 'done'])
    await done(worker, turn)
  })

  it('is not evicted while the model still speaks, and when right after, the turn ends all the same', async () => {
    const models = await startModelProcess()
    const worker = await startFaultyWorker(models, { keepAliveMs: 300 })
    const turn = await worker.say('k=busy tokens=40 delay=25')
    await expect.poll(async () => (await models.stats()).openStreams).toBe(1)
    // Waits, with this process's event loop, until the object has no connection any more; that may be just before
    // the turn's last commit, which makes the next life ask the model once more.
    await worker.evict()
    const { requests } = await models.stats()
    expect(requests.map(({ outcome }) => outcome)).not.toContain('left')
    await done(worker, turn)
    const history = (await (await worker.fetch('/api/chat/history')).json()) as { messages: Array<{ role: string }> }
    expect(history.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })
})
