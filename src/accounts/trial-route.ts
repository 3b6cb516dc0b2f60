/** `POST /api/provider/test`: does a provider answer, with the key it has or with one that is not saved yet? */
import * as z from 'zod'
import type { Config, ProviderConfig } from '../config/index.ts'
import { badRequest } from '../errors.ts'
import { type Route, route } from '../http/index.ts'
import type { Models } from '../models/index.ts'
import { type Chosen, chosenProvider, inlineProvider } from './provider-entry.ts'

export interface TrialRouteDeps {
  config: () => Config
  models: Pick<Models, 'try'>
}

/** The route of the trial. */
export function trialRoute({ config, models }: TrialRouteDeps): Route {
  return route({
    method: 'POST',
    path: '/api/provider/test',
    tag: 'Providers',
    summary: 'Try a provider: its credentials, its models, an answer',
    description:
      'Saves nothing. Asks for the list of models, and with `model` puts one short question to that model (some providers ' +
      'give their list to everybody: only an answer proves the key). `provider_config` stands for the entry of the config, ' +
      'so that a key can be tried before it is saved; a masked key counts only at the address it was saved for.',
    body: z.object({
      provider: z.string().default('').describe('Default: the provider of the primary model.'),
      provider_config: z.looseObject({}).optional(),
      model: z.string().trim().default('').describe('Without the provider’s name.'),
    }),
    responses: {
      200: {
        description: 'It answers.',
        schema: z.object({
          ok: z.literal(true),
          models: z.array(z.string()).describe('What it lists; empty when it does not tell.'),
          reply: z.string().describe('The beginning of what the model said.'),
          duration_ms: z.int().describe('How long the model took.'),
        }),
      },
      400: { description: 'The entry cannot be used, or the provider refuses it; the text says why.' },
      404: { description: '`provider "<name>" not found`' },
      502: { description: 'The provider does not answer; the text says why.' },
    },
    async handle({ body: { provider, provider_config: given, model } }) {
      const chosen = given ? inlineProvider(config(), provider, given) : chosenProvider(config(), provider)
      if (chosen.inline) keepsItsAddress(chosen, config().models.providers[chosen.name])
      const { name, entry, inline } = chosen
      const asked = model.startsWith(`${name}/`) ? model.slice(name.length + 1) : model
      return { ok: true, ...(await models.try({ provider: name, settings: entry, model: asked, unsaved: inline })) }
    },
  })
}

/** A stored key goes nowhere but where its owner sent it when it was stored. */
function keepsItsAddress({ entry }: Chosen, saved: ProviderConfig | undefined): void {
  const key = entry.api_key.trim()
  if (!saved || key === '' || key !== saved.api_key.trim()) return
  if (entry.api_base.trim() !== saved.api_base.trim() || entry.type !== saved.type) {
    throw badRequest('Enter the key again: the saved one belongs to another address.')
  }
}
