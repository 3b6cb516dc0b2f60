/** How long a GET usually takes, one after the other on one connection. */
import { request } from 'undici'
import { median } from './figures.ts'
import { AUTHORIZATION } from './gateways.ts'
import type { Server } from './stage.ts'
import { connections } from './upstream.ts'

/** The median of so many requests in ms, from the request to the last byte. Throws when one is refused. */
export async function typicalMs({ url }: Server, path: string, requests: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < requests; i++) {
    const started = performance.now()
    const answer = await request(url + path, { headers: AUTHORIZATION, dispatcher: connections })
    const text = await answer.body.text()
    times.push(performance.now() - started)
    if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
  }
  return median(times)
}

/** What a route answers. Throws when it refuses. */
export async function answerOf<Answer>({ url }: Server, path: string): Promise<Answer> {
  const answer = await request(url + path, { headers: AUTHORIZATION, dispatcher: connections })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
  return JSON.parse(text) as Answer
}
