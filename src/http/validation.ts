/** From a route's schemas to the functions that read a request: compiled once, when the route is mounted. */
import type * as z from 'zod'
import { badRequest } from '../errors.ts'
import { DEFAULT_BODY_LIMIT, readText } from './body.ts'
import { parseFirstJson } from './json.ts'
import { reshaperOf } from './members.ts'
import { readQuery } from './query.ts'

const INVALID_JSON = 'invalid json'

/** A wrong type is `invalid json`; a schema's own message, and zod's for ranges and lengths, say more. */
const BODY_MESSAGES = {
  error: (issue: { code?: string | undefined }) =>
    issue.code === 'invalid_type' || issue.code === 'invalid_union' || issue.code === 'invalid_value'
      ? INVALID_JSON
      : undefined,
}

/** Reads the query: each parameter's first value against `schema`; 400 with the first issue's message. */
export function queryReader(schema: z.ZodType): (url: string) => unknown {
  return (url) => {
    const result = schema.safeParse(Object.fromEntries(readQuery(url)))
    if (!result.success) throw badRequest(firstMessage(result.error))
    return result.data
  }
}

/**
 * Reads a JSON body against `schema`. An empty body is "not given": an error unless the schema takes undefined.
 * 413 over `limit` bytes (default 1 MiB), else 400 with `invalid json` or the issue's own message.
 */
export function bodyReader(schema: z.ZodType, limit = DEFAULT_BODY_LIMIT): (request: Request) => Promise<unknown> {
  const reshape = reshaperOf(schema)
  return async (request) => {
    const body = await readText(request, limit)
    const result = schema.safeParse(reshape(body.trim() === '' ? undefined : parsed(body)), BODY_MESSAGES)
    if (!result.success) throw badRequest(firstMessage(result.error))
    return result.data
  }
}

function parsed(body: string): unknown {
  try {
    return parseFirstJson(body)
  } catch (cause) {
    throw badRequest(INVALID_JSON, { cause })
  }
}

const firstMessage = (error: z.ZodError) => error.issues[0]?.message ?? INVALID_JSON
