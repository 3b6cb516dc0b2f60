/** Texts that others may change too: read with their version, written only over the version that was read. */
import { failureOf } from './client.ts'
import { ApiFailure } from './failure.ts'

export interface VersionedText {
  text: string
  /** The ETag; null when there is no such file yet. */
  version: string | null
}

interface Exchange<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The body and the version of a good answer; throws an ApiFailure for any other. */
export async function versionedAnswer<T>(
  exchange: Promise<Exchange<T>>,
): Promise<{ data: NonNullable<T>; version: string | null }> {
  const { data, error, response } = await exchange
  if (!response.ok || data === undefined || data === null) throw failureOf(response.status, error)
  return { data, version: response.headers.get('etag') }
}

/** The headers of a write over the version that is known. */
export function overVersion(version: string | null): Record<string, string> {
  return version === null ? { 'if-none-match': '*' } : { 'if-match': version }
}

/** Whether somebody else changed the text since it was read. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiFailure && error.status === 412
}
