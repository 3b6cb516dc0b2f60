/** The package: one gateway as runtime-neutral Hono handlers over a few ports. */
export { createApp } from './app.ts'
export { GatewayError } from './errors.ts'
export type * from './files/index.ts'
export { Gateway } from './gateway.ts'
export type { GatewayOptions } from './gateway-options.ts'
export type * from './platform.ts'
