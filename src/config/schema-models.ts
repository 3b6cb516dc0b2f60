/** `models.*` of config.json (config.md section 3.6). */
import * as z from 'zod'
import { flag, int, number, secret, text, texts } from './fields.ts'

/** OAuth settings of a provider, also part of the normalized view. */
export const oauthSchema = z.object({
  provider: text('Name of the login flow.'),
  network_proxy: text('Proxy for this login, as a URL.'),
  credential_file: text('File of the login.'),
  credential_files: texts('Files of several logins.'),
  callback_port: int("Port of the local callback; 0: the flow's own."),
  client_id: text("Overrides the flow's client."),
  client_secret: secret("Overrides the flow's client secret."),
  auth_url: text("Overrides the flow's authorisation URL."),
  token_url: text("Overrides the flow's token URL."),
  redirect_url: text("Overrides the flow's redirect URL."),
  scopes: texts("Overrides the flow's scopes."),
  cooldown_sec: int('Rest of an account after a failure; 0: 900.'),
  refresh_scan_sec: int('Seconds between two looks for tokens to refresh; 0: 600.'),
  refresh_lead_sec: int("How long before its end a token is refreshed; 0: the flow's own."),
})

/** Settings of the Responses API, also part of the normalized view. */
export const responsesSchema = z.object({
  api: text('responses or chat_completions; empty: responses at OpenAI itself, chat_completions elsewhere.'),
  web_search_enabled: flag("The vendor's own web search."),
  web_search_context_size: text('low, medium or high.'),
  file_search_vector_store_ids: texts("Vector stores for the vendor's file search."),
  file_search_max_num_results: int('0: the default of the vendor.'),
  include: texts('Extra parts of the answer.'),
  stream_include_usage: flag('Ask for usage in streams.'),
})

/** One entry of `models.providers`. An entry that is present starts from zero values (config.md section 2.2). */
export const providerSchema = z.object({
  api_key: secret('API key.'),
  api_base: text('Base URL of the API.'),
  models: texts('Its models; the first is the default.'),
  max_tokens: int("Longest answer; 0: the agent's."),
  temperature: number("0: the agent's."),
  supports_responses_compact: flag('Whether it offers compaction of responses.'),
  auth: text('bearer, oauth, hybrid or none; empty: bearer.'),
  timeout_sec: int('Limit of one call, seconds.'),
  runtime_persist: flag('Keep its runtime history.'),
  runtime_history_file: text('File that the history of this provider is kept in, and taken over from once.'),
  runtime_history_max: int('Entries of its runtime history; 0: 24.'),
  oauth: oauthSchema.prefault({}),
  responses: responsesSchema.prefault({}),
  type: z
    .string()
    .optional()
    .describe(
      'Which protocol it speaks: openai, openai-compatible, anthropic, google, workers-ai, ... Left out: told from its name.',
    ),
  context_window: z.int().optional().describe('Tokens its models can read. Left out: known from the model.'),
})

/** The entry a config without `models.providers` has. */
export const DEFAULT_PROVIDER = {
  name: 'openai',
  entry: { api_base: 'https://api.openai.com/v1', models: ['gpt-5.4'], timeout_sec: 90 },
}

export const modelsSchema = z.object({
  providers: z
    .record(z.string(), providerSchema)
    .prefault({ [DEFAULT_PROVIDER.name]: DEFAULT_PROVIDER.entry })
    .describe('Model providers by name.'),
})
