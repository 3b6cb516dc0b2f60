/** Upgrade requests between Node's raw socket and the web's `Request` and `Response`. */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** The upgrade as the handlers see it; without body. Throws on a Host that cannot stand in a URL. */
export function requestOf(incoming: IncomingMessage): Request {
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!)
  }
  const method = incoming.method ?? 'GET'
  const path = incoming.url?.startsWith('/') ? incoming.url : '/'
  return new Request(new URL(`http://${headers.get('host') ?? 'localhost'}${path}`), { method, headers })
}

/** True for a handshake that `ws` will take: version 13 and a key of 16 bytes (RFC 6455 section 4.2.1). */
export function isHandshake(headers: Headers): boolean {
  const key = headers.get('sec-websocket-key') ?? ''
  return headers.get('sec-websocket-version') === '13' && /^[A-Za-z0-9+/]{22}==$/.test(key)
}

/** Writes a refusal with its status, headers and body, and ends the connection. */
export async function writeResponse(socket: Duplex, response: Response): Promise<void> {
  const body = response.body ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array()
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`]
  response.headers.forEach((value, name) => {
    if (name !== 'connection' && name !== 'content-length' && name !== 'transfer-encoding')
      lines.push(`${name}: ${value}`)
  })
  if (!response.headers.has('date')) lines.push(`date: ${new Date().toUTCString()}`)
  lines.push(`content-length: ${body.length}`, 'connection: close', '', '')
  socket.write(lines.join('\r\n'))
  socket.end(body)
}
