import { describe, expect, it } from 'vitest'
import { type Line, readLines } from './lines.ts'

async function lines(text: string, chunk: number, limit = 100): Promise<Line[]> {
  const bytes = new TextEncoder().encode(text)
  let passed = 0
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += chunk) controller.enqueue(bytes.subarray(at, at + chunk))
      controller.close()
    },
  })
  const found: Line[] = []
  for await (const line of readLines(stream, limit, (part) => {
    passed += part.byteLength
  })) {
    found.push(line)
  }
  expect(passed).toBe(bytes.length)
  return found
}

describe('lines of a stream', () => {
  it.each([1, 2, 3, 7, 1000])('are the same however it is cut: chunks of %i bytes', async (chunk) => {
    expect(await lines('héllo\n\nwörld\r\n€', chunk)).toEqual([
      { text: 'héllo', size: 6, ended: true },
      { text: 'wörld\r', size: 7, ended: true },
      { text: '€', size: 3, ended: false },
    ])
  })

  it.each([1, 5, 1000])(
    'pass over what is longer than the limit and go on after it: chunks of %i bytes',
    async (chunk) => {
      expect(await lines(`${'x'.repeat(11)}\n${'y'.repeat(10)}\n${'z'.repeat(50)}`, chunk, 10)).toEqual([
        { text: null, size: 11, ended: true },
        { text: 'y'.repeat(10), size: 10, ended: true },
        { text: null, size: 50, ended: false },
      ])
    },
  )
})
