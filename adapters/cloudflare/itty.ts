/** `itty-durable` with types. Its files are imported one by one: the package's index breaks outside of a bundler. */
import { createDurable as create } from 'itty-durable/itty-durable.js'
import { proxyDurable as proxy } from 'itty-durable/proxy-durable.js'

/** What an object made by `createDurable` has besides its own methods. Its own fields are one stored JSON value. */
export interface IttyBase {
  readonly state: DurableObjectState
  fetch(request: Request): Promise<Response>
  loadFromStorage(): Promise<void>
  persist(): Promise<void>
}

/** Calls that travel as JSON: small arguments, no binary; a method must return a value or `null`, never `undefined`. */
export type IttyStub<T> = {
  [K in keyof T as K extends keyof IttyBase
    ? never
    : T[K] extends (...args: never[]) => unknown
      ? K
      : never]: T[K] extends (...args: infer Args) => infer Result ? (...args: Args) => Promise<Awaited<Result>> : never
}

/** A base class whose fields are loaded before a call and, with `autoPersist`, stored after it. */
export const createDurable = create as unknown as (options?: {
  autoPersist?: boolean
}) => new (
  state: DurableObjectState,
  env: unknown,
) => IttyBase

/** The stub of the object named `key`. Make it and call it in one expression: awaiting the stub itself is a remote call. */
export const ittyStub = <T>(namespace: DurableObjectNamespace, name: string, key: string): IttyStub<T> =>
  (proxy as unknown as (n: DurableObjectNamespace, o: object) => { get(key: string): IttyStub<T> })(namespace, {
    name,
    parse: true,
  }).get(key)
