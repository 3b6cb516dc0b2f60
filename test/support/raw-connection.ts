/** A TCP connection for tests that send what no HTTP client would: half a request, an odd path, a broken handshake. */
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawConnection {
  send(bytes: string): void
  /** Cuts the connection without a goodbye. */
  cut(): void
  /** Resolves with all that was received once it contains `text`; rejects when the connection ends before. */
  until(text: string): Promise<string>
  /** Resolves with all that was received when the connection has ended. */
  readonly ended: Promise<string>
}

/** An answer taken apart; `headers` have lower-case names. */
export interface RawAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Connects to the server of `url`; the connection is cut when the test has finished. */
export async function rawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => {
    socket.destroy()
  })
  let received = ''
  let over = false
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of [...waiting]) check()
  }
  const ended = new Promise<string>((resolve) => {
    socket.on('close', () => {
      over = true
      wake()
      resolve(received)
    })
  })
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    received += text
    wake()
  })
  socket.on('error', () => {})
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return {
    send: (bytes) => {
      socket.write(bytes, 'latin1')
    },
    cut: () => {
      socket.resetAndDestroy()
    },
    until: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!over && !received.includes(text)) return
          waiting.delete(check)
          if (received.includes(text)) resolve(received)
          else reject(new Error(`the connection ended before ${JSON.stringify(text)} came; got ${received}`))
        }
        waiting.add(check)
        check()
      }),
    ended,
  }
}

/** Sends one request as it is written here (`GET //path`), without a body, and reads its answer. */
export async function rawRequest(
  url: string,
  requestLine: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  const connection = await rawConnection(url)
  const all = { host: new URL(url).host, connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  connection.send(`${requestLine} HTTP/1.1\r\n${lines.join('')}\r\n`)
  const text = await connection.ended
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...rest] = text.slice(0, end).split('\r\n')
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(
      rest.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    ),
    body: text.slice(end + 4),
  }
}
