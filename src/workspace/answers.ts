/** What the routes of text files have in common: body, answers, headers. */
import * as z from 'zod'
import { json, type RouteResponse } from '../http/index.ts'
import { etag, names } from './preconditions.ts'

/** The body of a write. `content` not given empties the file. */
export const textBody = z.object({
  path: z.string().nullish().describe('Relative path.'),
  content: z.string().nullish().describe('The whole new text; default empty.'),
})

/** How every such route can refuse. */
export const READ_REFUSALS: Record<number, RouteResponse> = {
  304: { description: 'The version is among those of `If-None-Match`.' },
  400: { description: '`invalid path`, or why the path cannot be read.' },
  413: { description: 'The file has more than 4 MB.' },
  415: { description: 'The file is no text.' },
}

export const WRITE_REFUSALS: Record<number, RouteResponse> = {
  400: { description: '`invalid json`, `invalid path`, or why the path cannot be written.' },
  412: { description: '`If-Match` or `If-None-Match` does not hold: read the file again.' },
  413: { description: 'The text has more than 4 MB.' },
  415: { description: 'The content is no text.' },
}

/** An answer with the file's version as `ETag`. */
export function versioned(body: object, version: string): Response {
  return json(body, { headers: { ETag: etag(version) } })
}

/** The answer of a read, or 304 when the client has this version already. */
export function readAnswer(body: object, version: string, ifNoneMatch: string | undefined): Response {
  if (ifNoneMatch !== undefined && names(ifNoneMatch, version)) {
    return new Response(null, { status: 304, headers: { ETag: etag(version) } })
  }
  return versioned(body, version)
}
