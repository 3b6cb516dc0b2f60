import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { describe, expect, it } from 'vitest'
import type { Candidate } from '../models/index.ts'
import { callModel } from './model-call.ts'

const silent = { text() {}, reasoning() {}, toolCall() {} }

/** A candidate whose model answers with what `doStream` gives. */
function candidate(doStream: () => Promise<{ stream: ReadableStream<LanguageModelV4StreamPart> }>): Candidate {
  return { timeoutMs: 5000, maxOutputTokens: 10, model: { doStream } } as unknown as Candidate
}

/** Runs `work`; the rejections that nobody heard meanwhile. On Node one of them would end the process. */
async function unheard(work: () => Promise<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  const hear = (error: unknown) => void found.push(error)
  process.on('unhandledRejection', hear)
  try {
    await work()
    // Node tells of them after the microtasks of a turn of its loop.
    await new Promise((resolve) => setTimeout(resolve, 20))
  } finally {
    process.off('unhandledRejection', hear)
  }
  return found
}

describe('callModel', () => {
  it('leaves no rejection unheard when the turn was stopped before the provider was asked', async () => {
    const stop = new AbortController()
    stop.abort(new Error('stopped'))
    const refusing = candidate(() => Promise.reject(new Error('the request was aborted')))
    const request = { prompt: [], tools: [], signal: stop.signal }
    expect(await unheard(() => expect(callModel(refusing, request, silent)).rejects.toThrow('stopped'))).toEqual([])
  })

  it('leaves no rejection unheard when the stream breaks with the stop that came between two parts', async () => {
    const stop = new AbortController()
    let controller: ReadableStreamDefaultController<LanguageModelV4StreamPart> | undefined
    const stream = new ReadableStream<LanguageModelV4StreamPart>({
      start(given) {
        controller = given
        given.enqueue({ type: 'text-start', id: '1' })
        given.enqueue({ type: 'text-delta', id: '1', delta: 'half' })
      },
    })
    const sink = {
      ...silent,
      text() {
        stop.abort(new Error('stopped'))
        controller!.error(new Error('the connection was cut'))
      },
    }
    const request = { prompt: [], tools: [], signal: stop.signal }
    const call = () =>
      callModel(
        candidate(async () => ({ stream })),
        request,
        sink,
      )
    expect(await unheard(() => expect(call()).rejects.toThrow('stopped'))).toEqual([])
  })
})
