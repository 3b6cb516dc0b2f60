/** What went wrong with a request, in one class for the whole console. */

export class ApiFailure extends Error {
  /** The HTTP status; 0 when the gateway could not be reached. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiFailure'
    this.status = status
  }
}

/** The words of a failure: the gateway's own, which say what to do. */
export function failureText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether asking again later can help: nobody answered, or the gateway is starting. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiFailure && (error.status === 0 || error.status === 502 || error.status === 503)
}
