/** Rules for `models.providers` and for the reference to the primary model. */
import { canonicalProvider, findProvider, providerOf, splitModelRef } from './model-ref.ts'
import { blank, check, emptyItems } from './rules.ts'
import type { Config, ProviderConfig } from './schema.ts'

export function modelProblems(config: Config): string[] {
  const { providers } = config.models
  return [
    ...Object.entries(providers).flatMap(([name, entry]) => providerProblems(name, entry)),
    ...check([[Object.keys(providers).length > 0, 'models.providers must contain at least one provider']]),
    ...referenceProblems(config),
  ]
}

function providerProblems(name: string, entry: ProviderConfig): string[] {
  const path = `models.providers.${name}`
  const auth = entry.auth.trim().toLowerCase()
  const { oauth, responses } = entry
  const noFlow = blank(oauth.provider)
  const api = responses.api.trim()
  const size = responses.web_search_context_size.trim()
  return [
    ...check([
      // Workers AI is a binding, and relays know where their vendor is.
      [!blank(entry.api_base) || entry.type === 'workers-ai' || isRelayed(name, entry), `${path}.api_base is required`],
      [entry.timeout_sec > 0, `${path}.timeout_sec must be > 0`],
      [entry.max_tokens >= 0, `${path}.max_tokens must be >= 0`],
      [
        ['', 'bearer', 'oauth', 'hybrid', 'none'].includes(auth),
        `${path}.auth must be one of: bearer, oauth, hybrid, none`,
      ],
      [
        entry.models.length > 0 || auth === 'oauth' || auth === 'hybrid',
        `${path}.models must contain at least one model`,
      ],
      [auth !== 'oauth' || !noFlow, `${path}.oauth.provider is required when auth=oauth`],
      [auth !== 'hybrid' || !noFlow, `${path}.oauth.provider is required when auth=hybrid`],
      [auth !== 'hybrid' || !noFlow || !blank(entry.api_key), `${path}.hybrid auth requires api_key or oauth.provider`],
      [oauth.cooldown_sec >= 0, `${path}.oauth.cooldown_sec must be >= 0`],
      [
        ['', 'responses', 'chat_completions'].includes(api),
        `${path}.responses.api must be one of: responses, chat_completions`,
      ],
      [
        ['', 'low', 'medium', 'high'].includes(size),
        `${path}.responses.web_search_context_size must be one of: low, medium, high`,
      ],
      [responses.file_search_max_num_results >= 0, `${path}.responses.file_search_max_num_results must be >= 0`],
    ]),
    ...emptyItems(`${path}.responses.file_search_vector_store_ids`, responses.file_search_vector_store_ids),
    ...emptyItems(`${path}.responses.include`, responses.include),
    ...check([[(entry.context_window ?? 0) >= 0, `${path}.context_window must be >= 0`]]),
  ]
}

const isRelayed = (name: string, { type }: ProviderConfig) => canonicalProvider(type || name) === 'aistudio'

function referenceProblems({ agents, models }: Config): string[] {
  const { model, context_compaction: compaction } = agents.defaults
  const { providers } = models
  const { provider, model: name } = splitModelRef(model.primary)
  const active = providerOf(providers, model.primary)
  const entry = Object.hasOwn(providers, active) ? providers[active] : undefined
  const compacts = compaction.enabled && compaction.mode.trim() === 'responses_compact'
  return [
    ...check([
      [
        provider === '' || findProvider(providers, provider) !== undefined,
        `agents.defaults.model.primary "${model.primary}" references unknown provider "${provider}"`,
      ],
      // A blank primary is allowed: it leaves the choice to the gateway.
      [
        blank(model.primary) || name !== '',
        'agents.defaults.model.primary must include a model, expected provider/model',
      ],
    ]),
    ...emptyItems('agents.defaults.model.fallbacks', model.fallbacks),
    ...check([
      [
        !compacts || entry?.supports_responses_compact === true,
        `context_compaction.mode=responses_compact requires active provider "${active}" with supports_responses_compact=true`,
      ],
    ]),
  ]
}
