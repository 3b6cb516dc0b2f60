/**
 * One request in flight: what the relay sends waits here until the caller takes it. Nothing is dropped: a relay that is
 * faster than the caller is asked to pause, and one that does not listen fails its request loudly.
 */
import type { Head, RelayEvent } from './frames.ts'

/** Why a relay did not answer; `status` is the one the relay gave, 0 for none. */
export class RelayError extends Error {
  override name = 'RelayError'
  readonly status: number

  constructor(message: string, status = 0) {
    super(message)
    this.status = status
  }
}

/** Characters waiting for the caller at which the relay is asked to pause, to go on, and is given up. */
export const PAUSE_AT = 1 << 20
export const RESUME_AT = 1 << 18
export const GIVE_UP_AT = 8 << 20

export interface ExchangeDeps {
  /** The relay's name, for messages. */
  relay: string
  /** Tells the relay something about this request. */
  tell(type: 'cancel' | 'pause' | 'resume'): void
  /** Called once, when nothing more is expected from the relay. */
  settled(): void
}

export class Exchange {
  readonly #deps: ExchangeDeps
  readonly #chunks: string[] = []
  #waiting = 0
  #head: Head | undefined
  #reading = false
  #paused = false
  #over: 'no' | 'ended' | 'failed' = 'no'
  #error: unknown
  #wake: (() => void) | undefined

  constructor(deps: ExchangeDeps) {
    this.#deps = deps
  }

  /** Nothing more is expected from the relay. */
  get isOver(): boolean {
    return this.#over !== 'no'
  }

  /** Takes what the relay said. */
  push(event: RelayEvent): void {
    if (this.#over !== 'no') return
    switch (event.type) {
      case 'start':
        this.#begin(event.head)
        this.#wake?.()
        break
      case 'chunk':
        this.#head ??= { status: 200, headers: {} }
        this.#add(event.data)
        break
      case 'response':
        // The whole answer at once; with an empty body the chunks before it are the body.
        if (event.body !== '') this.#begin(event.head)
        else this.#head = event.head
        this.#add(event.body)
        this.#settle('ended')
        break
      case 'end':
        this.#head ??= { status: 200, headers: {} }
        this.#settle('ended')
        break
      case 'error':
        this.fail(new RelayError(`the relay "${this.#deps.relay}" failed: ${event.message}`, event.status))
    }
  }

  /** Ends the request with an error; what had come before can still be read. */
  fail(error: unknown): void {
    if (this.#over !== 'no') return
    this.#error = error
    this.#settle('failed')
  }

  /** Nobody wants the answer any more: the relay is told so. Readers get `reason`. */
  cancel(reason: unknown): void {
    if (this.#over !== 'no') return
    this.#chunks.length = 0
    this.#waiting = 0
    this.#deps.tell('cancel')
    this.fail(reason)
  }

  /**
   * Status and headers, as soon as there is something of the body or its end. Rejects with the relay's error, or with a
   * `RelayError` after `withinMs` of silence.
   */
  async head(withinMs: number): Promise<Head> {
    while (!this.#head || (this.#waiting === 0 && this.#over === 'no')) {
      if (this.#over === 'failed') throw this.#error
      await this.#news(withinMs)
    }
    // A stream that broke before it brought anything is no answer.
    if (this.#over === 'failed' && this.#waiting === 0) throw this.#error
    return this.#head
  }

  /** The next piece of the body, not empty; null at its end. Rejects as `head` does. */
  async read(withinMs: number): Promise<string | null> {
    this.#reading = true
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        this.#waiting -= chunk.length
        if (this.#paused && this.#waiting < RESUME_AT) {
          this.#paused = false
          if (this.#over === 'no') this.#deps.tell('resume')
        }
        return chunk
      }
      if (this.#over === 'failed') throw this.#error
      if (this.#over === 'ended') return null
      await this.#news(withinMs)
    }
  }

  /** A second start takes back what nobody has read yet. */
  #begin(head: Head): void {
    this.#head = head
    if (this.#reading) return
    this.#chunks.length = 0
    this.#waiting = 0
  }

  #add(text: string): void {
    if (text === '') return
    this.#chunks.push(text)
    this.#waiting += text.length
    if (this.#waiting > GIVE_UP_AT) {
      const limit = `${GIVE_UP_AT >> 20} MiB`
      this.cancel(
        new RelayError(`the relay "${this.#deps.relay}" sent more than ${limit} faster than it could be read`),
      )
    } else if (this.#waiting > PAUSE_AT && !this.#paused) {
      this.#paused = true
      this.#deps.tell('pause')
    }
    this.#wake?.()
  }

  #settle(how: 'ended' | 'failed'): void {
    this.#over = how
    this.#deps.settled()
    this.#wake?.()
  }

  /** Resolves with the relay's next word. Only a caller that waits lets time run against the relay. */
  #news(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const seconds = Math.round(withinMs / 1000)
        this.cancel(new RelayError(`the relay "${this.#deps.relay}" timed out: no answer for ${seconds} s`))
      }, withinMs)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }
}
