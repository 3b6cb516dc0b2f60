/** Model relays: pages and scripts that dial in and perform the gateway's requests to a model vendor. */
export { type RelayChange, relayMigrations } from './changes.ts'
export { RELAY_ENDPOINT, RelayHub, type RelayNews, type RelayView } from './hub.ts'
export type { RelayLimits } from './relay-fetch.ts'
export { relayRoutes } from './routes.ts'
