/** What every load and save settles by itself (config.md section 2.3). */
import { canonicalModelRef, findProvider, splitModelRef } from './model-ref.ts'
import { type Config, configSchema } from './schema.ts'
import { DEFAULT_PROVIDER } from './schema-models.ts'

/** Returns a settled copy: main agent, canonical model references, and the default provider where the primary needs it. */
export function normalise(config: Config): Config {
  const next = structuredClone(config)
  const { router } = next.agents
  const { providers } = next.models
  const { model } = next.agents.defaults

  if (router.main_agent_id.trim() === '') router.main_agent_id = 'main'
  if (router.enabled) completeMainAgent(next)

  // The default entry stays usable beside a file's own providers, but one that nothing refers to can be removed. An
  // empty map is the owner's word and stays empty.
  const { provider } = splitModelRef(model.primary)
  const isDefault = provider.toLowerCase() === DEFAULT_PROVIDER.name
  if (isDefault && Object.keys(providers).length > 0 && findProvider(providers, DEFAULT_PROVIDER.name) === undefined) {
    providers[DEFAULT_PROVIDER.name] = defaultProvider()
  }

  model.primary = canonicalModelRef(providers, model.primary)
  model.fallbacks = model.fallbacks.map((ref) => canonicalModelRef(providers, ref))
  return next
}

function defaultProvider(): Config['models']['providers'][string] {
  return configSchema.parse({}).models.providers[DEFAULT_PROVIDER.name]!
}

function completeMainAgent(config: Config): void {
  const { subagents, router } = config.agents
  const id = router.main_agent_id.trim()
  const entry = Object.hasOwn(subagents, id) ? subagents[id] : undefined
  const main = entry ?? configSchema.parse({ agents: { subagents: { main: {} } } }).agents.subagents.main!
  main.enabled = true
  if (main.role.trim() === '') main.role = 'orchestrator'
  if (main.type.trim() === '') main.type = 'router'
  if (main.system_prompt_file.trim() === '') main.system_prompt_file = 'agents/main/AGENT.md'
  subagents[id] = main
}
