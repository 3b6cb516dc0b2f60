/** The package: one gateway as runtime-neutral Hono handlers over a few ports. */
export { createApp } from './app.ts'
export { GatewayError } from './errors.ts'
export type * from './files/index.ts'
export { Gateway, type GatewayOptions } from './gateway.ts'
export type * from './platform.ts'
