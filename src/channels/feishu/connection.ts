/**
 * The long connection of an app, over which the platform sends events without a public address. The vendor's SDK holds
 * it; that runs on Node only, so the adapter brings it.
 */

export interface LongConnectionOptions {
  readonly domain: string
  readonly appId: string
  readonly appSecret: string
  readonly fetch: typeof globalThis.fetch
  readonly signal: AbortSignal
  /** The connection stands. */
  opened(): void
  /** One event, as the platform sent it. Acknowledged when it returns; when it throws, the platform sends it again. */
  event(event: unknown): Promise<void>
}

/**
 * Holds a connection until the signal comes; throws when it breaks or cannot be made. It does not connect again by itself.
 */
export type LongConnection = (options: LongConnectionOptions) => Promise<void>

/** The platform will have no connection of this app. */
export class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused'
}
