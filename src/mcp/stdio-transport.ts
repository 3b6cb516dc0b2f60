/** MCP over a child's stdin and stdout: one JSON message a line, through the `processes` port. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js'
import { messageOf } from '../errors.ts'
import type { ChildProcess, Processes, SpawnOptions } from '../platform.ts'

/** Characters of one message; a server that writes more without a line's end is out of hand. */
const MAX_MESSAGE = 32 << 20
/** Characters of stderr that are kept to explain an end. */
const STDERR_TAIL = 2000
/** A server has this long to end by itself once its input is closed. */
const GRACE_MS = 500

/** A transport for the SDK's client. `ended` tells why the process is gone. */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: <T extends JSONRPCMessage>(message: T) => void
  readonly #processes: Processes
  readonly #spawn: SpawnOptions
  #child: ChildProcess | undefined
  #input: WritableStreamDefaultWriter<Uint8Array> | undefined
  #stderr = ''
  #ended = ''
  #over = false

  constructor(processes: Processes, spawn: SpawnOptions) {
    this.#processes = processes
    this.#spawn = spawn
  }

  /** Why the process ended by itself, with the last lines it wrote to stderr; empty while it runs and after `close`. */
  get ended(): string {
    return this.#ended
  }

  async start(): Promise<void> {
    const child = this.#processes.spawn(this.#spawn)
    this.#child = child
    this.#input = child.stdin.getWriter()
    this.#input.closed.catch(() => {})
    const reading = Promise.all([this.#readMessages(child.stdout), this.#readErrors(child.stderr)])
    child.exited
      .then(
        async ({ code, signal }) => {
          await reading
          this.#finish(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`)
        },
        (error: unknown) => this.#finish(messageOf(error)),
      )
      .catch((error: unknown) => this.#finish(messageOf(error)))
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#over || !this.#input) throw new Error('the server is not running')
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(message)}\n`))
  }

  /** Closes the server's input, waits a moment for it to end, then ends its whole process tree. */
  async close(): Promise<void> {
    const child = this.#child
    if (!child || this.#over) return
    this.#input?.close().catch(() => {})
    let timer: ReturnType<typeof setTimeout> | undefined
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE_MS)
    })
    await Promise.race([child.exited.then(noop, noop), grace])
    clearTimeout(timer)
    child.kill()
    this.#finish('')
  }

  #finish(why: string): void {
    if (this.#over) return
    this.#over = true
    const said = this.#stderr.trim()
    this.#ended = why === '' || said === '' ? why : `${why}: ${said}`
    this.onclose?.()
  }

  async #readMessages(stream: ReadableStream<Uint8Array>): Promise<void> {
    let pieces: string[] = []
    let length = 0
    await eachText(stream, (text) => {
      const lines = text.split('\n')
      for (const line of lines.slice(0, -1)) {
        this.#receive(pieces.join('') + line)
        pieces = []
        length = 0
      }
      const rest = lines.at(-1)!
      pieces.push(rest)
      length += rest.length
      if (length <= MAX_MESSAGE) return
      this.#child?.kill(0)
      this.#finish(`it sent a message of more than ${MAX_MESSAGE >> 20} MB`)
    })
  }

  #receive(line: string): void {
    if (this.#over || line.trim() === '') return
    try {
      this.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(line)))
    } catch {
      // Servers that print greetings to stdout exist; the conversation goes on around them.
      this.onerror?.(new Error('a line on stdout was no message'))
    }
  }

  async #readErrors(stream: ReadableStream<Uint8Array>): Promise<void> {
    await eachText(stream, (text) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL)
    })
  }
}

const noop = () => {}

async function eachText(stream: ReadableStream<Uint8Array>, use: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    use(decoder.decode(next.value, { stream: true }))
  }
}
