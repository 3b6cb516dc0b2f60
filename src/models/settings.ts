/** The part of the configuration that this room reads (config.md sections 3.1, 3.6); the whole config fits it. */

/** One entry of `models.providers`. */
export interface ProviderSettings {
  /** The protocol: `openai`, `openai-compatible`, `anthropic`, `google`, `workers-ai`. Absent: told by name and URL. */
  readonly type?: string
  readonly api_key?: string
  readonly api_base?: string
  /** The first is the entry's default model. */
  readonly models?: readonly string[]
  /** Absent or 0: the agents' default. */
  readonly max_tokens?: number
  /** Absent or 0: the agents' default. */
  readonly temperature?: number
  /** Tokens the models of this entry can read. */
  readonly context_window?: number
  /** Limit on one call, seconds. */
  readonly timeout_sec?: number
  /** `''` and `bearer`: the key; `none`: no credentials; `oauth`, `hybrid`: accounts. */
  readonly auth?: string
  readonly responses?: { readonly api?: string }
  readonly oauth?: {
    /** Name of the login flow. */
    readonly provider?: string
    readonly credential_file?: string
    readonly credential_files?: readonly string[]
    /** Base of the rests of accounts, seconds; 0: 900. */
    readonly cooldown_sec?: number
  }
  /** Keep the runtime history over restarts. */
  readonly runtime_persist?: boolean
  /** Events kept of each sort; 0: 24. */
  readonly runtime_history_max?: number
}

export interface ModelSettings {
  readonly models: { readonly providers: Readonly<Record<string, ProviderSettings>> }
  readonly agents: {
    readonly defaults: {
      readonly model: { readonly primary: string; readonly fallbacks?: readonly string[] }
      readonly max_tokens: number
      readonly temperature: number
    }
  }
}

/** Environment variables, as the platform hands them over. */
export type Env = Readonly<Record<string, string | undefined>>
