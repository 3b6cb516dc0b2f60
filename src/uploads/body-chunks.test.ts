import { describe, expect, it } from 'vitest'
import { bodyChunks } from './body-chunks.ts'

const KB = 1024

/** A stream of these sizes, of bytes or of plain values, as runtimes give either. */
function body(sizes: number[], type?: 'bytes'): ReadableStream<Uint8Array> {
  const chunks = sizes.map((size, i) => new Uint8Array(size).fill(i + 1))
  const pull = (controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>) => {
    const chunk = chunks.shift()
    if (chunk) return controller.enqueue(chunk as Uint8Array<ArrayBuffer>)
    controller.close()
    if ('byobRequest' in controller) controller.byobRequest?.respond(0)
  }
  return (type ? new ReadableStream({ type, pull }) : new ReadableStream({ pull })) as ReadableStream<Uint8Array>
}

async function all(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  const { next } = bodyChunks(stream)
  const chunks: Uint8Array[] = []
  for (let chunk = await next(); chunk; chunk = await next()) chunks.push(chunk)
  return chunks
}

describe.each([['bytes'], [undefined]] as const)('bodyChunks of a stream of %s', (type) => {
  it('gives every byte once, in order', async () => {
    const sizes = [4 * KB, 1, 200 * KB, 3]
    const got = (await all(body(sizes, type))).flatMap((chunk) => [...chunk])
    expect(got).toEqual(sizes.flatMap((size, i) => new Array<number>(size).fill(i + 1)))
  })

  it('keeps no more memory than it gave bytes, twice at most', async () => {
    for (const chunk of await all(body([1, 100, 40 * KB, 64 * KB], type))) {
      expect(chunk.buffer.byteLength).toBeLessThanOrEqual(2 * chunk.length)
    }
  })

  it('has an end for an empty body', async () => {
    expect(await all(body([], type))).toEqual([])
  })

  it('lets go of the body, so that another can read on', async () => {
    const stream = body([1, 2], type)
    const chunks = bodyChunks(stream)
    expect(await chunks.next()).toEqual(new Uint8Array([1]))
    chunks.release()
    const rest = await stream.getReader().read()
    expect(rest.value).toEqual(new Uint8Array([2, 2]))
  })
})
