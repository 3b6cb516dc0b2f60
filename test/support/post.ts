/** `POST` of JSON with the target's token. */
import type { Target } from './targets.ts'

/** Sends `body` as JSON, or as it is when it is a text. */
export function post(
  target: Target,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return target.fetch(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers })
}
