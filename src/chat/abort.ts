/** Why a running turn is aborted: its signal's reason. */

/** The abort reason of an explicit stop. */
export class Stopped extends Error {
  override name = 'Stopped'
  override message = 'stopped'
}

/** The abort reason of a graceful shutdown. */
export class Draining extends Error {
  override name = 'Draining'
  override message = 'shutting down'
}
