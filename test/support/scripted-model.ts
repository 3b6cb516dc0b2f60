/** A config whose only model is a model server of the test. */
import { onTestFinished } from 'vitest'
import { type ModelServer, type ModelServerOptions, startModelServer } from './model-server.ts'

/** Starts a model server for the running test. */
export async function scriptedModel(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = await startModelServer(options)
  onTestFinished(() => server.close())
  return server
}

/** The config sections that make `server` the gateway's model. */
export function configFor(
  server: Pick<ModelServer, 'url'>,
  defaults: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    agents: { defaults: { model: { primary: 'local/script' }, ...defaults } },
    models: {
      providers: { local: { api_base: `${server.url}/v1`, models: ['script'], auth: 'none', timeout_sec: 10 } },
    },
  }
}
