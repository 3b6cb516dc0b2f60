/** The least a server on `ws` can do for many listeners: `POST` anything and each open socket gets one frame. Prints its URL. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const FRAME = `${JSON.stringify({ type: 'config_changed', source: 'webui' })}\n`
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    for (const socket of sockets.clients) socket.send(FRAME)
    response.end('{"ok":true}')
  })
})
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (socket) => socket.send('{"type":"ready"}\n'))
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
