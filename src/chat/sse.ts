/** A turn's stream as server-sent events. The reader pulls, so a slow client holds nothing back but itself. */
import type { TurnEngine } from './engine.ts'

const encoder = new TextEncoder()

/** Answers with the events of a turn after a cursor, until it ends or the client leaves. */
export function sse(engine: TurnEngine, turn: number, after: number): Response {
  const left = new AbortController()
  const events = engine.read(turn, after, left.signal)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await events.next()
        if (next.done) {
          controller.close()
          return
        }
        const text = next.value
          .map(
            (event) =>
              `id: ${event.type === 'rewind' ? event.to : event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
          )
          .join('')
        controller.enqueue(encoder.encode(text))
      },
      cancel() {
        left.abort()
      },
    },
    { highWaterMark: 1 },
  )
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}
