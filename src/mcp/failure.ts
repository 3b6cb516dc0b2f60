/** What went wrong with an MCP server, in words for its owner and the model: short, and without its secrets. */
import { messageOf } from '../errors.ts'
import { oneLine } from '../tools/index.ts'

const MAX_MESSAGE = 600

/** JSON-RPC's and the SDK's own codes. */
const METHOD_NOT_FOUND = -32601
const REQUEST_TIMEOUT = -32001
const CONNECTION_CLOSED = -32000

/** One line about an error; every text of `secrets` in it is masked. */
export function failureText(error: unknown, secrets: readonly string[] = []): string {
  if (isMalformed(error)) return 'its answer is not what the protocol allows'
  const status = httpStatus(error)
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${causeText(error.cause)}` : ''
  let text = messageOf(error).replace(/^(MCP error -?\d+: |Streamable HTTP error: |SSE error: )+/, '') + cause
  if (status === 401 || status === 403) text = `http ${status}: it refuses access; set its headers in tools.mcp.servers`
  else if (status !== undefined && status > 0 && !text.includes(String(status))) text = `http ${status}: ${text}`
  for (const secret of secrets) text = text.replaceAll(secret, '****')
  return oneLine(text, MAX_MESSAGE)
}

/** The server does not know the method: it lacks the feature. */
export const lacksMethod = (error: unknown): boolean => codeOf(error) === METHOD_NOT_FOUND

/** The answer did not come in time. */
export const isTimeout = (error: unknown): boolean => isMcpError(error) && codeOf(error) === REQUEST_TIMEOUT

/** The server has forgotten the session, so it did nothing: the request can be sent again in a new one. */
export function lostSession(error: unknown): boolean {
  const status = httpStatus(error)
  return status === 404 || (status === 400 && /session/i.test(messageOf(error)))
}

/** The connection is of no more use; anything the server itself answered is no sign of that. */
export function brokeConnection(error: unknown): boolean {
  return !isMalformed(error) && (!isMcpError(error) || codeOf(error) === CONNECTION_CLOSED)
}

// Told by shape, not by class: the SDK is loaded only with the first connection.
const isMalformed = (error: unknown) => error instanceof Error && error.name === 'ZodError'
const isMcpError = (error: unknown) => error instanceof Error && error.name === 'McpError'

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || isMcpError(error)) return undefined
  const code = codeOf(error)
  return typeof code === 'number' ? code : undefined
}

function causeText(cause: Error): string {
  const code = codeOf(cause)
  return typeof code === 'string' ? code : cause.message
}
