/** Asking the model server without a gateway between: the same request, read by the same client. */
import { Agent, request } from 'undici'
import { AUTHORIZATION } from './gateways.ts'
import type { Server } from './stage.ts'
import { wallClock } from './wall-clock.ts'

const JSON_HEADERS = { 'content-type': 'application/json' }
const FIRST_TEXT = '"content":"t0'

/** As many connections as there are callers; the default of undici, but of our own, so that it can be closed. */
export const connections = new Agent()

/** The body the gateway last sent upstream: what a direct call must send to be the same work for the model server. */
export async function upstreamBody(gateway: Server, model: Server, message: string): Promise<string> {
  await chat(gateway, 'sample', message)
  return model.ask<string>('body')
}

/** One whole turn of a gateway, from the message to the reply. */
export async function chat(gateway: Server, session: string, message: string): Promise<void> {
  await post(`${gateway.url}/api/chat`, JSON.stringify({ session, message }), AUTHORIZATION)
}

/** One whole answer of the model server. */
export async function complete(model: Server, body: string): Promise<void> {
  await post(`${model.url}/v1/chat/completions`, body)
}

/** Reads an answer of the model server as it comes; when its first text was here. */
export async function firstTextAt(model: Server, body: string): Promise<number> {
  const answer = await request(`${model.url}/v1/chat/completions`, {
    method: 'POST',
    headers: JSON_HEADERS,
    body,
    dispatcher: connections,
  })
  let text = ''
  let at = 0
  for await (const chunk of answer.body) {
    text += chunk
    if (!at && text.includes(FIRST_TEXT)) at = wallClock()
  }
  return at
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await request(url, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body,
    dispatcher: connections,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${text}`)
}
