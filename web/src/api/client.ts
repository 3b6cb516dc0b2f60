/**
 * The gateway's API, typed by its own OpenAPI document (`npm run api-types`):
 *
 *     const { sessions } = await answer(api.GET('/api/sessions', { params: { query: { limit: 50 } } }))
 */
import createClient from 'openapi-fetch'
import { noteAnswer } from './connection.ts'
import { ApiFailure } from './failure.ts'
import type { paths } from './schema.d.ts'

/** `fetch` to this gateway; tells the connection what came of it. Rejects with an ApiFailure when nobody answers. */
export async function ask(input: Request | string, init?: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(input, { credentials: 'same-origin', ...init })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    noteAnswer(0)
    throw new ApiFailure(0, 'The gateway does not answer.')
  }
  noteAnswer(response.status)
  return response
}

/** Requests by path and method. Give what they return to `answer`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: (request) => ask(request) })

interface Exchange<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body of a good answer; throws an ApiFailure with the gateway's words for any other. */
export async function answer<T>(exchange: Promise<Exchange<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await exchange
  if (response.ok && data !== undefined && data !== null) return data
  throw failureOf(response.status, error)
}

/** The failure that a refused request is. */
export function failureOf(status: number, body: unknown): ApiFailure {
  const text = typeof body === 'string' ? body.trim() : body === undefined ? '' : JSON.stringify(body)
  return new ApiFailure(status, text || `The gateway answered ${status}.`)
}
