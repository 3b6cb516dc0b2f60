/** Live events for consoles and other watchers. */
export { EVENTS_ENDPOINT, EventHub, type GatewayEvent } from './hub.ts'
export { eventRoutes } from './routes.ts'
