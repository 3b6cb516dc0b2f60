/**
 * A multipart form part by part while it arrives: nothing is held but a boundary's length and the chunk at hand
 * (api-behaviour.md section 2.6).
 */
import { badRequest, GatewayError, tooLarge } from '../errors.ts'
import { type BodyChunks, bodyChunks } from './body-chunks.ts'
import { type PartName, partName } from './part-headers.ts'

/** One part. Read `content` before asking for the next part; what is left of it is skipped then. */
export interface Part extends PartName {
  readonly content: ReadableStream<Uint8Array>
}

const MAX_HEADER_BYTES = 16 * 1024
const MAX_PARTS = 1000
const CR = 0x0d
const LF = 0x0a
/** `-`, blank, tab, CR, LF: anything else behind a boundary makes it a part of the content. */
const AFTER_BOUNDARY = [0x2d, 0x20, 0x09, CR, LF]

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class MultipartReader {
  readonly #source: BodyChunks | undefined
  readonly #limit: number
  readonly #delimiter: Uint8Array
  /** Starts with the line end that belongs to a delimiter, which the first one may lack. */
  #buffer: Uint8Array = new Uint8Array([CR, LF])
  /** False between a delimiter and the content after it. */
  #inContent = true
  #received = 0
  #parts = 0

  /** Reads the body of `request`. 400 when it is no form; 413, now or later, when it has more than `limit` bytes. */
  constructor(request: Request, limit: number) {
    this.#limit = limit
    this.#delimiter = encoder.encode(`\r\n--${boundaryOf(request)}`)
    if (Number(request.headers.get('content-length')) > limit) throw bodyTooLarge()
    const body = request.body as ReadableStream<Uint8Array> | null
    this.#source = body ? bodyChunks(body) : undefined
  }

  /** The next part; null after the last. Throws 400 for a form that is cut off or malformed. */
  async next(): Promise<Part | null> {
    // The text before the first boundary, or what nobody has read of the last part.
    while (await this.#content()) {}
    while (this.#buffer.length < 2) await this.#fill()
    if (this.#buffer[0] === 0x2d && this.#buffer[1] === 0x2d) {
      while (await this.#more()) this.#buffer = new Uint8Array(0)
      return null
    }
    if ((await this.#line(MAX_HEADER_BYTES)).trim() !== '') throw malformed('boundary')
    if (++this.#parts > MAX_PARTS) throw badRequest(`multipart: more than ${MAX_PARTS} parts`)
    const headers = await this.#headers()
    this.#inContent = true
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const piece = await this.#content()
      if (piece) controller.enqueue(piece)
      else controller.close()
    }
    return { ...partName(headers), content: new ReadableStream({ pull }, { highWaterMark: 0 }) }
  }

  /** Lets go of the request's body, so that whoever answers can drop what is left of it. */
  close(): void {
    this.#source?.release()
  }

  /** The next piece of content; null once the delimiter behind it has been taken. */
  async #content(): Promise<Uint8Array | null> {
    while (this.#inContent) {
      const { at, whole } = find(this.#buffer, this.#delimiter)
      if (at > 0) return this.#take(at)
      if (whole) {
        this.#take(this.#delimiter.length)
        this.#inContent = false
      } else await this.#fill()
    }
    return null
  }

  async #headers(): Promise<string[]> {
    const lines: string[] = []
    for (let room = MAX_HEADER_BYTES; ; ) {
      const line = await this.#line(room)
      if (line === '') return lines
      room -= line.length
      lines.push(line)
    }
  }

  /** A line without its end. */
  async #line(limit: number): Promise<string> {
    for (;;) {
      const end = this.#buffer.indexOf(LF)
      if (end > limit || (end < 0 && this.#buffer.length > limit)) throw malformed('header')
      if (end >= 0) return decoder.decode(this.#take(end + 1)).replace(/\r?\n$/, '')
      await this.#fill()
    }
  }

  #take(length: number): Uint8Array {
    const taken = this.#buffer.subarray(0, length)
    this.#buffer = this.#buffer.subarray(length)
    return taken
  }

  async #fill(): Promise<void> {
    if (!(await this.#more())) throw badRequest('multipart: NextPart: EOF')
  }

  /** Adds what arrives next to the buffer; false at the end of the body. */
  async #more(): Promise<boolean> {
    if (!this.#source) return false
    const value = await this.#source.next().catch(brokenOff)
    if (value === null) return false
    this.#received += value.length
    if (this.#received > this.#limit) throw bodyTooLarge()
    if (this.#buffer.length === 0) this.#buffer = value
    else {
      const joined = new Uint8Array(this.#buffer.length + value.length)
      joined.set(this.#buffer)
      joined.set(value, this.#buffer.length)
      this.#buffer = joined
    }
    return true
  }
}

/** Where the delimiter stands, or where it may begin once more bytes are there; else the end of the buffer. */
function find(buffer: Uint8Array, delimiter: Uint8Array): { at: number; whole: boolean } {
  for (let at = buffer.indexOf(CR); at >= 0; at = buffer.indexOf(CR, at + 1)) {
    const have = Math.min(delimiter.length, buffer.length - at)
    let same = 1
    while (same < have && buffer[at + same] === delimiter[same]) same++
    if (same < have) continue
    const next = buffer[at + delimiter.length]
    if (next === undefined) return { at, whole: false }
    if (AFTER_BOUNDARY.includes(next)) return { at, whole: true }
  }
  return { at: buffer.length, whole: false }
}

function boundaryOf(request: Request): string {
  const type = request.headers.get('content-type') ?? ''
  if (type.split(';', 1)[0]!.trim().toLowerCase() !== 'multipart/form-data') {
    throw badRequest("request Content-Type isn't multipart/form-data")
  }
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(type) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined || boundary.length > 200) throw badRequest('no multipart boundary param in Content-Type')
  return boundary
}

const bodyTooLarge = () => tooLarge('request body too large')
const malformed = (what: string) => badRequest(`multipart: malformed ${what}`)

function brokenOff(cause: unknown): never {
  if (cause instanceof GatewayError) throw cause
  throw badRequest('request body could not be read', { cause })
}
