/** What people and the retry rules learn from a failure: real ones over the wire, then the wording of vendors. */
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portsOf } from '../../test/support/model-ports.ts'
import { type ModelServer, startModelServer } from '../../test/support/model-server.ts'
import { classify } from './failure.ts'
import { openLanguageModel } from './language-model.ts'
import { providerKind } from './provider-kind.ts'

let server: ModelServer
beforeAll(async () => {
  server = await startModelServer()
})
afterAll(() => server.close())

async function failureOf(name: string, script: string, signal?: AbortSignal, base?: string) {
  const settings = { api_base: base ?? `${server.url}${name === 'local' ? '/v1' : ''}`, api_key: 'k-1234567890' }
  const kind = providerKind(name, settings)
  const route = { ref: `${name}/m`, provider: name, modelId: 'm', kind, key: settings.api_key, settings } as const
  const ports = portsOf(name, settings)
  const model = await openLanguageModel({ ...route, source: 'config', detail: '' }, ports)
  const error = await consume(model, script, signal).then(
    () => undefined,
    (e: unknown) => e,
  )
  if (error === undefined) throw new Error('The call was expected to fail.')
  return classify(error)
}

/** As the agent's loop does: an `error` part is a failure. */
async function consume(model: LanguageModelV4, text: string, signal?: AbortSignal): Promise<void> {
  const { stream } = await model.doStream({
    prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
    maxOutputTokens: 100,
    ...(signal && { abortSignal: signal }),
  })
  for await (const part of stream) if (part.type === 'error') throw part.error
}

describe.each(['local', 'claude', 'gemini'])('over the wire: %s', (name) => {
  it.each([
    ['fail=429 retry_after=7', { kind: 'rate_limit', status: 429, retryable: true, retryAfterMs: 7000 }],
    ['fail=401', { kind: 'auth', status: 401, retryable: false }],
    ['fail=403', { kind: 'auth', status: 403, retryable: false }],
    ['fail=402', { kind: 'quota', status: 402, retryable: false }],
    ['fail=404', { kind: 'missing', status: 404, retryable: false }],
    ['fail=400', { kind: 'bad_request', status: 400, retryable: false }],
    ['fail=500', { kind: 'server', status: 500, retryable: true }],
    ['fail=529', { kind: 'server', status: 529, retryable: true }],
    ['overflow=1', { kind: 'overflow', status: 400, retryable: false }],
    ['garbage=json', { kind: 'server', retryable: true }],
    ['garbage=html', { kind: 'server', retryable: true }],
    ['die=0 tokens=9', { kind: 'network', retryable: true }],
    ['die=3 tokens=9', { kind: 'network', retryable: true }],
  ])('%s', async (script, expected) => {
    const failure = await failureOf(name, script)
    expect(failure).toMatchObject(expected)
    expect(failure.message).not.toContain('k-1234567890')
    const status = /fail=(\d+)/.exec(script)?.[1]
    if (status) expect(failure.message).toContain(`(${status}): The script asked for status ${status}.`)
  })

  it.each(['cut=0', 'cut=2 tokens=5'])('%s', async (script) => {
    const failure = await failureOf(name, script)
    // One SDK calls it an answer it cannot read.
    expect(failure).toMatchObject({ kind: name === 'local' ? 'server' : 'network', retryable: true })
  })

  it('a stream that falls silent until the time limit', async () => {
    const failure = await failureOf(name, 'hang=2 tokens=9', AbortSignal.timeout(100))
    expect(failure).toMatchObject({ kind: 'timeout', retryable: true })
  })

  it('a stop by the user', async () => {
    expect(await failureOf(name, 'hang=headers', AbortSignal.abort())).toMatchObject({
      kind: 'aborted',
      retryable: false,
    })
  })

  it('nobody there', async () => {
    const gone = await startModelServer()
    await gone.close()
    const failure = await failureOf(name, 'hi', undefined, name === 'local' ? `${gone.url}/v1` : gone.url)
    expect(failure).toMatchObject({ kind: 'network', retryable: true, status: undefined })
    expect(failure.message).toContain('ECONNREFUSED')
  })
})

describe('the wording of vendors', () => {
  const answer = (status: number, message: string, code?: string) => ({
    name: 'AI_APICallError',
    statusCode: status,
    message,
    responseBody: JSON.stringify({ error: { message, code } }),
  })
  it.each([
    [answer(400, "This endpoint's maximum context length is 131072 tokens."), 'overflow'],
    [answer(400, 'prompt is too long: 210000 tokens > 200000 maximum'), 'overflow'],
    [answer(400, 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000'), 'overflow'],
    [
      answer(400, 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'),
      'overflow',
    ],
    [
      answer(400, 'request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it'),
      'overflow',
    ],
    [answer(413, 'Request too large', 'request_too_large'), 'overflow'],
    [answer(500, "input is longer than the model's context length"), 'overflow'],
    [
      answer(429, 'You exceeded your current quota, please check your plan and billing details.', 'insufficient_quota'),
      'quota',
    ],
    [answer(429, 'You exceeded your current quota. Please retry in 22.5s.'), 'rate_limit'],
    [answer(400, 'Your credit balance is too low to access the Anthropic API.'), 'quota'],
    [answer(402, 'Insufficient Balance'), 'quota'],
    [answer(429, '3036: You have used up your daily free allocation of 10,000 neurons.'), 'quota'],
    [answer(400, 'API key not valid. Please pass a valid API key.'), 'auth'],
    [
      answer(400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."),
      'filtered',
    ],
    [answer(403, 'Your input was flagged by moderation.'), 'filtered'],
    [answer(400, 'The model `gpt-9` does not exist'), 'missing'],
    [{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'server'],
    [
      { type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'Slow down' } } },
      'rate_limit',
    ],
    ['The server had an error processing your request.', 'server'],
    [new Error('Network connection lost.'), 'network'],
    [
      new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) }),
      'network',
    ],
    [
      Object.assign(new Error('retried'), { name: 'AI_RetryError', lastError: answer(503, 'Service Unavailable') }),
      'server',
    ],
    [new RangeError('x is out of range'), 'unknown'],
  ])('%o', (error, kind) => {
    expect(classify(error).kind).toBe(kind)
  })

  it('reads how long to wait from headers, bodies and sentences', () => {
    const at = Date.parse('2026-11-01T10:00:00Z')
    const wait = (headers: object, body = '{}') =>
      classify({ statusCode: 429, message: '', responseHeaders: headers, responseBody: body }, at).retryAfterMs
    expect(wait({ 'retry-after': '1.5' })).toBe(1500)
    expect(wait({ 'Retry-After': 'Sun, 01 Nov 2026 10:00:30 GMT' })).toBe(30_000)
    expect(wait({ 'retry-after-ms': '250', 'retry-after': '9' })).toBe(250)
    expect(wait({}, '{"error":{"details":[{"retryDelay": "22s"}]}}')).toBe(22_000)
    expect(wait({}, '{"error":{"message":"Please try again in 6m0.5s."}}')).toBe(360_500)
    expect(wait({}, '{"error":{"message":"Please try again in 20ms."}}')).toBe(20)
    expect(wait({})).toBeUndefined()
  })

  it('shows the real cause in one line, without secrets or tags', () => {
    expect(classify(answer(401, 'Incorrect API key provided: sk-proj-abcdefghijkl.\nSee the docs.')).message).toBe(
      'The provider refused the credentials (401): Incorrect API key provided: *** See the docs.',
    )
    const page = {
      statusCode: 502,
      message: 'Bad Gateway',
      responseBody: '<html><head><title>502</title></head><body>Bad gateway</body></html>',
    }
    expect(classify(page).message).toBe('The provider has a problem (502): 502 Bad gateway')
    expect(classify(answer(500, 'x'.repeat(5000))).message.length).toBeLessThan(400)
  })
})
