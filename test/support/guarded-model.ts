/**
 * A model API on loopback that looks at who signs: OpenAI chat completions, not streamed or streamed, and `GET /v1/models`.
 * What each signer meets is up to the test.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * `cut`: the connection breaks before an answer; `cut stream`: in the middle of a streamed one; `hang`: nothing comes, not
 * even a status; `hang stream`: nothing more comes after the first words.
 */
export type ModelFault =
  | { status: number; body?: string; retryAfter?: number }
  | 'cut'
  | 'cut stream'
  | 'hang'
  | 'hang stream'

export interface GuardedModel {
  /** The base URL, with `/v1`. */
  readonly baseUrl: string
  /** Who signed each call, oldest first: what `who` said, or the refused secret's beginning. */
  readonly signers: string[]
  close(): Promise<void>
}

/** Starts one; `who` names the holder of a bearer token, undefined for a stranger (401), `fault` says what a call meets. */
export async function startGuardedModel(rules: {
  who(token: string): string | undefined
  fault?(signer: string, model: string): ModelFault | undefined
}): Promise<GuardedModel> {
  const signers: string[] = []
  const server = createServer(async (req, res) => {
    let text = ''
    for await (const chunk of req) text += String(chunk)
    const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const signer = rules.who(token)
    if (req.url === '/v1/models') {
      return signer ? json(res, 200, { data: [{ id: 'm-1' }, { id: 'm-2' }] }) : json(res, 401, {})
    }
    const { model = '', stream = false } = JSON.parse(text || '{}') as { model?: string; stream?: boolean }
    signers.push(signer ?? `refused ${token.slice(0, 3)}`)
    if (signer === undefined) return json(res, 401, { error: { message: `Unknown token ${token}` } })
    const fault = rules.fault?.(signer, model)
    if (fault === 'cut') return void res.destroy()
    if (fault === 'hang') return
    if (fault === 'cut stream' || fault === 'hang stream') return half(res, fault === 'cut stream')
    if (fault) {
      if (fault.retryAfter !== undefined) res.setHeader('retry-after', fault.retryAfter)
      return json(res, fault.status, { error: { message: fault.body ?? `status ${fault.status}` } })
    }
    answer(res, stream, `answered for ${signer}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    signers,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(res: ServerResponse, stream: boolean, content: string) {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const shared = { id: 'c', created: 0, model: 'm' }
  if (!stream) {
    const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }]
    return json(res, 200, { ...shared, object: 'chat.completion', choices, usage })
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (value: object) => res.write(`data: ${JSON.stringify({ ...shared, ...value })}\n\n`)
  send({ choices: [{ index: 0, delta: { role: 'assistant', content } }] })
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage })
  res.end('data: [DONE]\n\n')
}

/** The beginning of a streamed answer, and then the end of the connection, or nothing. */
function half(res: ServerResponse, cut: boolean) {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  const choices = [{ index: 0, delta: { role: 'assistant', content: 'answered for ' } }]
  res.write(`data: ${JSON.stringify({ id: 'c', created: 0, model: 'm', choices })}\n\n`)
  // What was written leaves first: a cut must look like a cut.
  if (cut) setTimeout(() => res.destroy(), 5)
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
