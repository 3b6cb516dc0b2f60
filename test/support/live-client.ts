/** A WebSocket client for tests: keeps the frames it got and when, and how the socket ended. */
import { WebSocket } from 'ws'

export interface Frame {
  type: string
  [field: string]: unknown
}

export interface LiveClient {
  readonly frames: Frame[]
  /** `performance.now()` of each frame. */
  readonly times: number[]
  send(message: unknown): void
  /** Resolves with the first frame (already here or yet to come) that satisfies. */
  until(satisfies: (frame: Frame) => boolean): Promise<Frame>
  /** Resolves with the close code. */
  readonly closed: Promise<number>
  close(): void
}

/** Opens a socket; rejects with the status and body of a refused upgrade. */
export function connect(url: string, headers: Record<string, string> = {}): Promise<LiveClient> {
  const socket = new WebSocket(url, { headers })
  const frames: Frame[] = []
  const times: number[] = []
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const check of [...waiting]) check()
  }
  let over: number | undefined
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      over = code
      wake()
      resolve(code)
    })
  })
  socket.on('message', (data) => {
    times.push(performance.now())
    frames.push(JSON.parse(String(data)) as Frame)
    wake()
  })
  const client: LiveClient = {
    frames,
    times,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (satisfies) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = frames.find(satisfies)
          if (!found && over === undefined) return
          waiting.delete(check)
          if (found) resolve(found)
          else reject(new Error(`closed with ${over} before the frame came; got ${JSON.stringify(frames)}`))
        }
        waiting.add(check)
        check()
      }),
    closed,
    close: () => socket.close(),
  }
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(client))
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () =>
        reject(Object.assign(new Error(`${response.statusCode} ${body}`), { status: response.statusCode, body })),
      )
    })
    socket.on('error', reject)
  })
}

/** The text of the chunks among frames. */
export function textOf(frames: readonly Frame[]): string {
  return frames.map((frame) => (frame.type === 'chat_chunk' ? String(frame.delta) : '')).join('')
}
