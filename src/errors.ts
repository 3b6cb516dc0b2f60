/**
 * The one error class of the gateway: thrown where the fact is known, shaped into an answer in `http/errors.ts`.
 */
export interface GatewayErrorOptions {
  /** Sent as the JSON body instead of the plain-text message (config validation only). */
  body?: Record<string, unknown>
  headers?: Record<string, string>
  cause?: unknown
}

/** An error with a code for programs, a status for HTTP and a message that tells a person what to do. */
export class GatewayError extends Error {
  readonly code: string
  readonly status: number
  readonly body: Record<string, unknown> | undefined
  readonly headers: Record<string, string>

  constructor(status: number, code: string, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GatewayError'
    this.status = status
    this.code = code
    this.body = options.body
    this.headers = options.headers ?? {}
  }
}

export const badRequest = (message: string, options?: GatewayErrorOptions) =>
  new GatewayError(400, 'bad_request', message, options)
export const notFound = (message: string) => new GatewayError(404, 'not_found', message)
export const tooLarge = (message: string) => new GatewayError(413, 'too_large', message)
export const notHere = (message: string) => new GatewayError(501, 'not_on_this_runtime', message)

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
