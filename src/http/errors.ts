/** The one place where what was thrown becomes an answer (gateway-api.md "Error Responses"). */
import { GatewayError, messageOf } from '../errors.ts'
import { FileError, type FileErrorCode } from '../files/index.ts'
import type { Log } from '../platform.ts'
import { json } from './json.ts'

const FILE_STATUS: Record<FileErrorCode, number> = {
  ENOENT: 404,
  EEXIST: 409,
  EISDIR: 400,
  ENOTDIR: 400,
  ENOTEMPTY: 409,
  EINVAL: 400,
  EACCES: 400,
  ENAMETOOLONG: 400,
  EFBIG: 413,
  ELOOP: 400,
  ESTALE: 409,
  EIO: 500,
}

/** A plain-text error: the message and one LF, never sniffed as anything else. */
export function textError(status: number, message: string, headers: Record<string, string> = {}): Response {
  return new Response(`${message}\n`, {
    status,
    headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  })
}

/** Shapes anything thrown. What is not meant for the client is logged under the request's id and answered as a bare 500. */
export function errorResponse(error: unknown, requestId: string, log: Log): Response {
  if (error instanceof GatewayError) {
    if (error.status >= 500) logFailure(log, requestId, error)
    return error.body
      ? json(error.body, { status: error.status, headers: { ...error.headers, 'X-Content-Type-Options': 'nosniff' } })
      : textError(error.status, error.message, error.headers)
  }
  if (error instanceof FileError && FILE_STATUS[error.code] < 500)
    return textError(FILE_STATUS[error.code], error.message)
  logFailure(log, requestId, error)
  return textError(500, `internal error (request ${requestId})`)
}

function logFailure(log: Log, request: string, error: unknown): void {
  const cause = error instanceof Error && error.cause !== undefined ? { cause: messageOf(error.cause) } : {}
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}
  log.error('request failed', { request, error: messageOf(error), ...cause, ...stack })
}
