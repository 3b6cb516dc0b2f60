/**
 * Proxies on loopback: HTTP CONNECT with a password, and SOCKS5 with one (RFC 1928, 1929). Both really connect; they note
 * where to, and who asked.
 */
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export interface ProxyServer {
  /** `host:port`, without scheme and credentials. */
  readonly address: string
  /** `host:port` of every tunnel that was opened, oldest first. */
  readonly tunnels: string[]
  /** Those who were turned away. */
  readonly refused: number
  close(): Promise<void>
}

export interface ProxyOptions {
  /** `user:password`; without, everybody is served. */
  login?: string
  /** What is answered instead of a tunnel. */
  status?: number
}

/** An HTTP proxy that only knows CONNECT. */
export async function startConnectProxy({ login, status }: ProxyOptions = {}): Promise<ProxyServer> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  let refused = 0
  const server = createHttpServer((_request, response) => response.writeHead(405).end())
  server.on('connection', (socket) => keep(sockets, socket))
  server.on('connect', (request, socket) => {
    socket.on('error', () => {})
    const given = Buffer.from((request.headers['proxy-authorization'] ?? '').replace('Basic ', ''), 'base64').toString()
    const no = login && given !== login ? 407 : status
    if (no) {
      refused++
      socket.end(`HTTP/1.1 ${no} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    const to = request.url ?? ''
    tunnels.push(to)
    const upstream = dial(to, sockets, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
  })
  return listening(server, sockets, tunnels, () => refused)
}

/** A SOCKS5 proxy that takes names and IPv4 addresses. */
export async function startSocksProxy({ login }: ProxyOptions = {}): Promise<ProxyServer> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  let refused = 0
  const server = createServer((socket) => {
    keep(sockets, socket)
    let stage: 'greeting' | 'login' | 'request' = 'greeting'
    const hear = (data: Buffer) => {
      if (stage === 'greeting') {
        stage = login ? 'login' : 'request'
        socket.write(Buffer.from([5, login ? 2 : 0]))
      } else if (stage === 'login') {
        const end = 2 + data[1]!
        const given = `${data.subarray(2, end)}:${data.subarray(end + 1, end + 1 + data[end]!)}`
        if (given !== login) refused++
        stage = 'request'
        socket.write(Buffer.from([1, given === login ? 0 : 1]))
      } else {
        socket.off('data', hear)
        const named = data[3] === 3
        const host = named ? data.subarray(5, 5 + data[4]!).toString() : data.subarray(4, 8).join('.')
        const to = `${host}:${data.readUInt16BE(data.length - 2)}`
        tunnels.push(to)
        const upstream = dial(to, sockets, () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
          upstream.pipe(socket).pipe(upstream)
        })
        upstream.on('error', () => socket.destroy())
      }
    }
    socket.on('data', hear)
  })
  return listening(server, sockets, tunnels, () => refused)
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
}

function dial(to: string, sockets: Set<Socket>, opened: () => void): Socket {
  const [, host = '', port = '80'] = /^(.*):(\d+)$/.exec(to) ?? []
  const socket = connect({ host, port: Number(port) }, opened)
  keep(sockets, socket)
  return socket
}

async function listening(
  server: Server,
  sockets: Set<Socket>,
  tunnels: string[],
  refused: () => number,
): Promise<ProxyServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    tunnels,
    get refused() {
      return refused()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
