/** Answers that go on for long (server-sent events, downloads): who reads them, so that a revocation ends them too. */

interface OpenStream {
  readonly tokenId: string
  cut(): void
}

/** Answers of these kinds are over at once. */
const SHORT = /^(?:application\/(?:json|javascript)|text\/(?:plain|html|css|javascript))/

export class OpenStreams {
  readonly #open = new Set<OpenStream>()

  /** How many are being read. */
  get count(): number {
    return this.#open.size
  }

  /** The response, followed to its end where it is a long one. */
  carry(response: Response, tokenId: string): Response {
    const { body } = response
    if (body === null || response.status === 101 || SHORT.test(response.headers.get('content-type') ?? ''))
      return response
    const reader = (body as ReadableStream<Uint8Array>).getReader()
    let failed: (() => void) | undefined
    const stream: OpenStream = {
      tokenId,
      cut: () => {
        failed?.()
        void reader.cancel().catch(() => undefined)
        this.#open.delete(stream)
      },
    }
    this.#open.add(stream)
    const carried = new ReadableStream<Uint8Array>({
      start(controller) {
        failed = () => controller.error(new Error('the token of this request was revoked'))
      },
      pull: async (controller) => {
        const { done, value } = await reader.read().catch((error) => {
          this.#open.delete(stream)
          throw error
        })
        if (!this.#open.has(stream)) return
        if (!done) return controller.enqueue(value)
        this.#open.delete(stream)
        controller.close()
      },
      cancel: async (reason) => {
        this.#open.delete(stream)
        await reader.cancel(reason)
      },
    })
    return new Response(carried, response)
  }

  /** Cuts the answers to a token; without one, all of them. */
  cut(tokenId?: string): void {
    for (const stream of [...this.#open]) if (tokenId === undefined || stream.tokenId === tokenId) stream.cut()
  }
}
