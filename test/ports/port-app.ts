/** The smallest app over the sockets and alarm ports, served by each adapter in sockets.node.test.ts. */
import { Hono } from 'hono'
import type { Endpoint, Sockets } from '../../src/platform.ts'

/** `{"count":n}` counts in the attachment; other words are commands. */
export const echo: Endpoint = {
  opened: (socket) => socket.send(`hello ${(socket.attachment as { who: string }).who}`),
  async message(socket, data) {
    const text = typeof data === 'string' ? data : `${data.length} bytes`
    if (text === 'throw') throw new Error('asked to')
    if (text.startsWith('close ')) return socket.close(Number(text.slice(6)), 'as you wish')
    const { who, said = 0 } = socket.attachment as { who: string; said?: number }
    socket.attach({ who, said: said + 1 })
    await socket.send(`${said + 1}: ${text}`)
  },
}

export function portApp(sockets: Sockets, alarm: { set(at: number | null): void; rings(): number }): Hono {
  const app = new Hono()
  app.get('/echo', (c) => sockets.accept(c.req.raw, 'echo', { who: c.req.query('who') ?? 'you' }))
  app.get('/refused', (c) => c.text('unauthorized\n', 401, { 'x-reason': 'token' }))
  app.get('/open', (c) => c.json(sockets.open('echo').map((socket) => socket.attachment)))
  app.get('/others', (c) => c.json(sockets.open('other').length))
  app.get('/tell', async (c) => {
    for (const socket of sockets.open('echo')) await socket.send(c.req.query('text') ?? '')
    return c.text('told')
  })
  app.get('/alarm', (c) => {
    const delay = c.req.query('in')
    alarm.set(delay === undefined ? null : Date.now() + Number(delay))
    return c.text('set')
  })
  app.get('/rings', (c) => c.json(alarm.rings()))
  return app
}
