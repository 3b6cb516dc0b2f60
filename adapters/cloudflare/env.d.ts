/** The bindings of wrangler.toml. Optional ones are features: without them the gateway does the same with less. */
interface Env {
  GATEWAY: DurableObjectNamespace<import('./gateway-object.ts').GatewayObject>
  DIRECTORY: DurableObjectNamespace
  ASSETS?: Fetcher
  /** Files over 8 MB go there. */
  BLOBS?: R2Bucket
  /** Workers AI: answers when the config names no usable model. */
  AI?: Ai
  /** The token in force, over the one of the config. A secret: `wrangler secret put GATEWAY_TOKEN`. */
  GATEWAY_TOKEN?: string
  /** JSON: the first config, read while the storage is empty. */
  GATEWAY_CONFIG?: string
  /** `debug`, `info` (default), `warn` or `error`. */
  GATEWAY_LOG_LEVEL?: string
  /** Serves many tenants, and is the bearer token of `/admin`. A secret: `wrangler secret put HOST_ADMIN_TOKEN`. */
  HOST_ADMIN_TOKEN?: string
  /** `https://agents.example`: where webhooks and callbacks of tenants arrive. */
  HOST_URL?: string
  /** `agents.example`: then `<tenant>.agents.example` is that tenant's alone. */
  HOST_NAME?: string
  /** Origins, by commas, whose pages may read preflights and refusals, which know no tenant. */
  HOST_ALLOWED_ORIGINS?: string
  /** Names of variables, by commas, that every tenant's gateway sees; by default none. */
  HOST_TENANT_ENV?: string
  /** "1" in tests only: faults can be armed (durable-turns.md section 13). */
  TEST_FAULTS?: string
  /** With TEST_FAULTS: how far the alarm may be away while a turn runs, ms. */
  TEST_KEEP_ALIVE_MS?: string
}

declare namespace Cloudflare {
  interface Env extends globalThis.Env {}
}
