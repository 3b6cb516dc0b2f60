import { describe, expect, it } from 'vitest'
import type { Socket, Sockets } from '../platform.ts'
import { EventHub } from './index.ts'

/** A socket whose peer takes frames only when the test says so; a real one's buffers cannot be held that exactly. */
class HeldSocket implements Socket {
  readonly endpoint = 'events'
  readonly sent: string[] = []
  attachment: unknown = { ready: false }
  closedWith: number | undefined
  readonly isOpen = true
  readonly #taken: Promise<void>

  constructor(taken: Promise<void> = Promise.resolve()) {
    this.#taken = taken
  }
  attach(value: unknown) {
    this.attachment = value
  }
  send(text: string) {
    this.sent.push(text)
    return this.#taken
  }
  close(code?: number) {
    this.closedWith = code
  }
}

function hubWith(...open: Socket[]) {
  const sockets: Sockets = { accept: () => new Response(null), open: () => open }
  return new EventHub(sockets)
}

describe('EventHub', () => {
  it('keeps events from a socket until it has heard `ready`', () => {
    const socket = new HeldSocket()
    const hub = hubWith(socket)
    hub.publish({ type: 'early' })
    void hub.endpoint.opened?.(socket)
    hub.publish({ type: 'late' })
    expect(socket.sent).toEqual(['{"type":"ready"}\n', '{"type":"late"}\n'])
  })

  it('still knows who is ready after hibernation', () => {
    const socket = new HeldSocket()
    void hubWith(socket).endpoint.opened?.(socket)
    hubWith(socket).publish({ type: 'woken' })
    expect(socket.sent.at(-1)).toBe('{"type":"woken"}\n')
  })

  it('delays nobody for a slow socket, and closes it when it falls 256 frames behind', async () => {
    const [slow, fast] = [new HeldSocket(new Promise(() => {})), new HeldSocket()]
    const hub = hubWith(slow, fast)
    for (const socket of [slow, fast]) void hub.endpoint.opened?.(socket)
    for (let i = 0; i < 300; i++) {
      hub.publish({ type: 'tick', i })
      await Promise.resolve()
    }
    expect(fast.sent).toHaveLength(301)
    expect(fast.closedWith).toBeUndefined()
    expect(slow.sent).toHaveLength(256)
    expect(slow.closedWith).toBe(1013)
  })
})
