import { describe, expect, it } from 'vitest'
import type { Socket, Sockets } from '../platform.ts'
import { LiveLog, type LogStore } from './index.ts'

/** A socket whose peer takes frames only when the test says so; a real one's buffers cannot be held that exactly. */
class HeldSocket implements Socket {
  readonly endpoint = 'logs'
  readonly attachment = null
  readonly sent: string[] = []
  closedWith: number | undefined
  isOpen = true
  readonly #taken: Promise<void>

  constructor(taken: Promise<void> = Promise.resolve()) {
    this.#taken = taken
  }
  attach() {}
  send(text: string) {
    this.sent.push(text)
    return this.#taken
  }
  close(code?: number) {
    this.closedWith ??= code
    this.isOpen = false
  }
}

function liveLog(...sockets: HeldSocket[]) {
  let say: (line: string) => void = () => {}
  const logs: LogStore = {
    recent: async () => [],
    subscribe(listener) {
      say = listener
      return () => {
        say = () => {}
      }
    },
    hide() {},
  }
  const port: Sockets = { accept: () => new Response(null), open: () => sockets.filter(({ isOpen }) => isOpen) }
  const live = new LiveLog({ logs, sockets: port })
  return { live, say: (line: string) => say(line) }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('the live log', () => {
  it('sends a burst whole and in order, a frame a line', async () => {
    const socket = new HeldSocket()
    const { say } = liveLog(socket)
    for (let n = 0; n < 500; n++) say(`{"n":${n}}`)
    await settled()
    expect(socket.sent).toHaveLength(500)
    expect(socket.sent[499]).toBe('{"ok":true,"type":"log_entry","entry":{"n":499}}\n')
    expect(socket.sent.map((frame) => JSON.parse(frame).entry.n)).toEqual(Array.from({ length: 500 }, (_, n) => n))
    expect(socket.closedWith).toBeUndefined()
  })

  it('delays nobody for a slow socket, and closes it when a thousand lines wait', async () => {
    const [slow, fast] = [new HeldSocket(new Promise(() => {})), new HeldSocket()]
    const { say } = liveLog(slow, fast)
    for (let n = 0; n < 1200; n++) {
      say(`{"n":${n}}`)
      if (n % 100 === 0) await settled()
    }
    await settled()
    expect(fast.sent).toHaveLength(1200)
    expect(fast.closedWith).toBeUndefined()
    expect(slow.sent).toHaveLength(1)
    expect(slow.closedWith).toBe(1013)
  })

  it('sends nothing after its end', async () => {
    const socket = new HeldSocket()
    const { live, say } = liveLog(socket)
    live.close()
    say('{}')
    await settled()
    expect(socket.sent).toEqual([])
  })
})
