// Made from the gateway's OpenAPI document by `npm run api-types`; do not edit.
/* biome-ignore-all lint: generated */
/* biome-ignore-all format: generated */
/* biome-ignore-all assist: generated */

export interface Schemas {
  Channel: {
    name: string
    enabled: boolean
    state: "open" | "off" | "problem"
    /** Why an enabled channel does not run. */
    problem: (string | null)
    accounts: Array<{
      /** The account; empty where there is just one. */
      source: string
      state: "connecting" | "connected" | "failing" | "login_needed"
      detail: (string | null)
    }>
    /** Received messages without an answer, and messages on their way out. */
    waiting: number
    /** Messages that wait for the channel, for a message of their chat, or for a login. */
    held: number
    /** Messages of whose last attempt nobody knows whether it arrived; they are sent again. */
    ambiguous: number
    failed: number
    people: Array<{
      channel: string
      /** Id of the person on the platform. */
      sender: string
      name: (string | null)
      role: "owner" | "guest"
      /** ms since the epoch */
      approved_at: number
    }>
    codes: Array<{
      code: string
      sender: string
      name: (string | null)
      /** ms since the epoch */
      expires_at: number
    }>
  }
  ChannelDraft: {
    channel: string
    /** As saved. */
    persisted: Record<string, unknown>
    draft: (Record<string, unknown> | null)
    /** The draft, or what is saved. */
    effective: Record<string, unknown>
    dirty: boolean
    /** weixin: the draft would run. */
    runtime_enabled?: boolean
  }
  CronJob: {
    id: string
    name: string
    enabled: boolean
    schedule: {
      kind: "cron" | "at"
      /** Of `cron`: an expression, or `@every 1h0m0s`. */
      expr?: string
      /** IANA time zone; absent: the machine's. */
      tz?: string
      /** Of `at`. */
      atMs?: number
      [name: string]: unknown
    }
    payload: {
      kind: "agent_turn" | "reminder"
      message: string
      deliver: boolean
      [name: string]: unknown
    }
    policy: {
      overlap: "skip" | "queue"
      missed: "skip" | "run_once"
      retries: (number | null)
      timeoutSec: number
      [name: string]: unknown
    }
    state: {
      nextRunAtMs?: number
      lastRunAtMs?: number
      lastStatus?: "ok" | "error"
      lastError?: string
      lastDurationMs?: number
      totalRuns?: number
      totalFailures?: number
      consecutiveFailures?: number
      [name: string]: unknown
    }
    createdAtMs: number
    updatedAtMs: number
    deleteAfterRun: boolean
    message: string
    deliver: boolean
    channel?: string
    to?: string
    [name: string]: unknown
  }
  CronRun: {
    job: string
    /** Scheduled time, ms since the epoch. */
    slot_ms: number
    /** 1 for the first start, more for retries. */
    attempt: number
    state: "queued" | "running" | "ok" | "error" | "timeout" | "stopped" | "skipped" | "missed"
    trigger: "schedule" | "retry" | "manual"
    /** How many slots in a row a `missed` row stands for. */
    slots: number
    turn: (number | null)
    started_ms: (number | null)
    finished_ms: (number | null)
    error: (string | null)
    /** Where the reply went: `outbox <id>`. */
    delivered: (string | null)
  }
  LogEntry: {
    /** UTC, RFC 3339. */
    time?: string
    /** `DEBUG`, `INFO`, `WARN` or `ERROR`. */
    level?: string
    msg?: string
    [name: string]: unknown
  }
  Message: {
    role: "user" | "assistant" | "tool" | "system"
    content: string
    /** Sequence number in the session, from 1. */
    seq: number
    /** When it was stored, ms since the epoch. */
    at: number
    tool_call_id?: string
    tool_calls?: Array<{
      id: string
      type: "function"
      function: {
        name: string
        /** JSON text. */
        arguments: string
      }
    }>
  }
  OutboxMessage: {
    id: number
    channel: string
    chat: string
    state: "held" | "queued" | "sending" | "ambiguous" | "sent" | "failed"
    /** Why it is held or failed, or what the last attempt met. */
    reason: (string | null)
    action: string
    /** Its first 500 characters. */
    text: string
    media: (string | null)
    sent_parts: number
    /** Null before the first attempt. */
    parts: (number | null)
    /** The platform's ids of what was sent. */
    message_ids: Array<string>
    /** At the part that is next. */
    attempts: number
    /** Attempts of which nobody knows whether they arrived. */
    ambiguous_attempts: number
    /** ms since the epoch */
    created_at: number
    ended_at: (number | null)
  }
  ProviderAccount: {
    email: string
    account_id: string
    /** Names the account in requests. */
    credential_file: string
    /** When the token ends, RFC 3339. */
    expire?: string
    last_refresh?: string
    project_id?: string
    account_label?: string
    device_id?: string
    resource_url?: string
    /** With its password hidden. */
    network_proxy?: string
    disabled?: boolean
    disable_reason?: string
    /** What its owner should do, although it still works. */
    warning?: string
    cooldown_until?: string
    failure_count?: number
    last_failure?: string
    /** 1 to 100. */
    health_score?: number
    plan_type?: string
    quota_source?: string
    balance_label?: string
    balance_detail?: string
    subscription_active_start?: string
    subscription_active_until?: string
  }
  ProviderCandidate: {
    /** `api_key`, `oauth` or `relay`. */
    kind: string
    /** The masked key, whose account it is, or the name of the relay. */
    target: string
    available: boolean
    status: "ready" | "cooldown"
    cooldown_until?: string
    health_score: number
    failure_count: number
  }
  ProviderEvent: {
    /** RFC 3339. */
    when: string
    /** `api_key`, `oauth`, `none` (asked without credentials), `relay` or `scheduler`. */
    kind: string
    target?: string
    reason?: string
    detail?: string
  }
  ProviderRuntime: {
    name: string
    auth: string
    api_base: string
    api_state: {
      token_masked?: string
      cooldown_until?: string
      failure_count?: number
      last_failure?: string
      health_score?: number
    }
    /** For `oauth` and `hybrid`; for `aistudio` its connected relays, if any. */
    oauth_accounts?: Array<Schemas['ProviderAccount']>
    candidate_order: Array<Schemas['ProviderCandidate']>
    recent_hits: Array<Schemas['ProviderEvent']>
    recent_errors: Array<Schemas['ProviderEvent']>
    recent_changes: Array<Schemas['ProviderEvent']>
    last_success: (Schemas['ProviderEvent'] | null)
    /** One page of all three, merged. */
    events: Array<Schemas['ProviderEvent']>
    /** 0 at the end. */
    next_cursor: number
  }
  ProviderSummary: {
    total_providers: number
    healthy: number
    degraded: number
    critical: number
    in_cooldown: number
    low_health: number
    recent_errors: number
    providers: Array<{
      name: string
      auth: string
      status: "healthy" | "degraded" | "critical"
      api_state: {
        token_masked?: string
        cooldown_until?: string
        failure_count?: number
        last_failure?: string
        health_score?: number
      }
      oauth_accounts?: Array<Schemas['ProviderAccount']>
      candidate_order: Array<Schemas['ProviderCandidate']>
      last_success: (Schemas['ProviderEvent'] | null)
      last_success_at?: string
      last_error?: Schemas['ProviderEvent']
      last_error_at?: string
      last_error_reason?: string
      top_candidate_changed_at?: string
      /** Seconds since the last success; -1 when there never was one. */
      stale_for_sec: number
      in_cooldown: boolean
      low_health: boolean
      has_recent_errors: boolean
      top_candidate?: Schemas['ProviderCandidate']
    }>
  }
  RecentTurn: {
    turn: number
    session: string
    state: "accepted" | "running" | "done" | "failed" | "stopped" | "interrupted"
    /** What was asked, its first 200 characters. */
    text: string
    /** `cli` for the API, the console and the schedule. */
    channel: string
    error: (string | null)
    /** ms since the epoch. */
    accepted_at: number
    ended_at: (number | null)
  }
  SessionMatch: {
    key: string
    /** With `titles=1`: its own title, else how its first message begins. */
    title?: string
    kind: string
    /** ms since the epoch */
    updated_at: number
    /** Of a compacted session; may be empty. */
    summary: string
    /** Matching terms in the three best messages. */
    score: number
    snippets: Array<{
      /** For `around` of the history. */
      seq: number
      role: string
      /** Always empty. */
      segment: string
      /** The beginning of the message, at most 180 bytes and `...`. */
      content: string
    }>
  }
  Skill: {
    /** The name of its folder, without `.disabled`. */
    id: string
    name: string
    description: string
    /** The items of its `## Tools` section. */
    tools: Array<string>
    /** What follows its `## System Prompt` heading. */
    system_prompt?: string
    /** Whether the agent sees it. */
    enabled: boolean
    update_checked: boolean
    remote_found?: true
    remote_version?: string
    check_error?: string
    /** The folder that holds it, relative to the workspace. */
    source: string
    /** The name in its front matter, where that is another one. */
    declared_name?: string
    license?: string
    /** `allowed-tools` of its front matter; grants nothing. */
    allowed_tools?: Array<string>
    metadata?: Record<string, unknown>
    /** What is wrong with it, for people. */
    problem?: string
  }
  TranscriptMessage: {
    role: "user" | "assistant" | "tool" | "system"
    content: string
    /** Sequence number in the session, from 1. */
    seq: number
    /** When it was stored, ms since the epoch. */
    at: number
    tool_call_id?: string
    tool_calls?: Array<{
      id: string
      type: "function"
      function: {
        name: string
        /** JSON text. */
        arguments: string
      }
    }>
    /** Null for messages of an earlier home. */
    turn: (number | null)
    /** The tool of a result. */
    name: (string | null)
    /** The tool failed; or the message was withdrawn before a model read it. */
    failed: boolean
    /** What the model thought before it said this; often empty. */
    reasoning: string
  }
  TranscriptTurn: {
    turn: number
    state: "accepted" | "running" | "done" | "failed" | "stopped" | "interrupted"
    /** What was asked. */
    text: string
    /** Paths of the files that came with it. */
    media: Array<string>
    /** The model that the message asked for, if it did. */
    model: (string | null)
    error: (string | null)
    usage: (Schemas['Usage'] | null)
    accepted_at: number
    ended_at: (number | null)
  }
  TransferManifest: {
    format: "clawgo-transfer"
    version: 1
    created_at: string
    gateway_version: string
    /** Schema version of each room of the database. */
    schema: Record<string, number>
    tables: Array<{
      name: string
      columns: Array<string>
      rows: number
      sha256: string
      chunks: Array<{
        sha256: string
        bytes: number
        rows: number
        /** Key of the row before its first one; null at the beginning. */
        after: (Array<(string | number | null)> | null)
      }>
    }>
    files: Array<{
      /** In the home; `workspace/...` wherever the workspace is. */
      path: string
      size: number
      sha256: string
      chunks: Array<{
        sha256: string
        bytes: number
      }>
    }>
    /** What sleeps until when, ms since the epoch. It moves all the time, so the digest leaves it out. */
    clocks: Array<{
      kind: string
      key: string
      due_at: number
    }>
    /** Files that cannot travel, and why. */
    left_out: Array<{
      path: string
      reason: string
    }>
    /** SHA-256 over every name, count and checksum of tables and files. */
    digest: string
  }
  Usage: {
    input: number
    output: number
    cached: number
    models: Record<string, {
      input: number
      output: number
      cached: number
    }>
  }
  WeixinAccount: {
    bot_id: string
    connected: boolean
    default: boolean
    ilink_user_id?: string
    /** `poll_ok`, `inbound_message`, `outbound_sent` or `error`. */
    last_event?: string
    last_error?: string
    updated_at?: string
    last_inbound_at?: string
    last_inbound_chat?: string
    /** At most 120 bytes. */
    last_inbound_text?: string
  }
  WeixinLogin: {
    login_id: string
    qr_code: string
    /** What the picture of `/api/weixin/qr.svg` says. */
    qr_code_img_content: string
    /** `wait`, `scaned`, `scaned_but_redirect`, `expired`, `need_verifycode` (send the number to `login/verify`), `verify_code_blocked`, `binded_redirect`, or another word of the platform. */
    status: string
    last_error: string
    updated_at: string
    qr_available: boolean
  }
  WorkspaceEntry: {
    name: string
    /** Relative to the workspace. */
    path: string
    kind: "file" | "dir"
    /** Bytes; 0 for a folder. */
    size: number
    /** ms since the epoch. */
    mtime: number
  }
}

export interface paths {
  '/': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/html': unknown } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          channels: Array<Schemas['Channel']>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels/approve': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** In any case, with or without the dash. */
          code: string
          role?: ("owner" | "guest" | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          person: {
            channel: string
            /** Id of the person on the platform. */
            sender: string
            name: (string | null)
            role: "owner" | "guest"
            /** ms since the epoch */
            approved_at: number
          }
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels/draft': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { channel?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          channel: string
          /** As saved. */
          persisted: Record<string, unknown>
          draft: (Record<string, unknown> | null)
          /** The draft, or what is saved. */
          effective: Record<string, unknown>
          dirty: boolean
          /** weixin: the draft would run. */
          runtime_enabled?: boolean
        } | {
          ok: true
          channels: Record<string, Schemas['ChannelDraft']>
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          channel: string
          config?: unknown
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          channel: string
          /** As saved. */
          persisted: Record<string, unknown>
          draft: (Record<string, unknown> | null)
          /** The draft, or what is saved. */
          effective: Record<string, unknown>
          dirty: boolean
          /** weixin: the draft would run. */
          runtime_enabled?: boolean
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete: {
      parameters: { query?: { channel?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          cleared: "all"
        } | {
          ok: true
          channel: string
          cleared: true
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels/draft/commit': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          committed: true
        } } }
        400: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: false
          error: string
          errors: Array<string>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels/outbox': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { channel?: string; state?: string; limit?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          messages: Array<Schemas['OutboxMessage']>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          id: number
          action: "retry" | "drop"
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          message?: Schemas['OutboxMessage']
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels/people': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          channel: string
          sender: string
          action: "remove" | "owner" | "guest"
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/channels/test': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          channel: string
          /** A chat of the channel. */
          to?: (string | null)
          /** Default: a test sentence. */
          message?: (string | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: boolean
          channel: string
          /** For people. */
          result: string
          message?: Schemas['OutboxMessage']
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: { session?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Session key; defaults to the query parameter `session`, then `main`. */
          session?: (string | null)
          message?: (string | null)
          /** Path of an uploaded file, or a list of them. */
          media?: ((string | Array<string>) | null)
          /** `provider/model` for this message only. */
          model?: (string | null)
          /** `false`: answer 202 with the turn at once instead of waiting for the reply. */
          wait?: (boolean | null)
          /** Same as the header `Idempotency-Key`. */
          idempotency_key?: (string | null)
          /** `seq` of a user message of the session: it and all after it is taken back for this one. */
          replace_from?: (number | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          reply: string
          session: string
          /** Number of the turn; absent when none was needed. */
          turn?: number
          state?: "done" | "stopped"
          usage?: Schemas['Usage']
        } } }
        202: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          session: string
          turn: number
          duplicate: boolean
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        503: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/commands': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          commands: Array<{
            /** With its slash. */
            name: string
            help: string
          }>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/history': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { session?: string; limit?: number; around?: number; before?: number; after?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          session: string
          messages: Array<Schemas['Message']>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/live': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { session?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        101: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/stop': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          session?: (string | null)
          turn?: (number | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          stopped: boolean
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/stream': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { turn?: string; after?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/event-stream': unknown } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/transcript': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { session?: string; limit?: number; around?: number; before?: number; after?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          session: string
          /** Its own title, else how its first message begins. */
          title: string
          /** The model chosen for this session. */
          model: (string | null)
          messages: Array<Schemas['TranscriptMessage']>
          /** Those of the messages, and all that have not ended; oldest first. */
          turns: Array<Schemas['TranscriptTurn']>
          /** There are messages before these. */
          earlier: boolean
          /** There are messages after these. */
          later: boolean
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/turn': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { turn?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          turn: number
          session: string
          state: "accepted" | "running" | "done" | "failed" | "stopped" | "interrupted"
          reply: string
          error: (string | null)
          usage?: Schemas['Usage']
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/chat/turns': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { limit?: number; failed?: "1" }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          turns: Array<Schemas['RecentTurn']>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { mode?: string; include_hot_reload_fields?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Record<string, unknown> } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: { mode?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': Record<string, unknown> } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
        } } }
        400: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: false
          error: string
          errors: Array<string>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/config/history': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          revisions: Array<{
            id: number
            /** ms since the epoch */
            at: number
            source: string
            /** Paths of the keys it changed */
            changed: Array<string>
          }>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/config/rollback': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Of GET /api/config/history */
          id: number
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
        } } }
        400: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: false
          error: string
          errors: Array<string>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/config/schema': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Record<string, unknown> } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/cron': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { id?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          jobs: Array<Schemas['CronJob']>
        } | {
          ok: true
          job: Schemas['CronJob']
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: { id?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** create (default), update, delete, enable, disable, get, list, run */
          action?: (string | null)
          id?: (string | number | null)
          name?: (string | null)
          message?: (string | null)
          /** 5 or 6 fields, `@daily`, `@every 1h30m`, with an optional `CRON_TZ=Zone ` prefix. */
          expr?: (string | null)
          /** IANA time zone. */
          tz?: (string | null)
          /** One moment, RFC 3339. */
          at?: (string | null)
          /** Legacy: every, at, once. */
          kind?: (string | null)
          everyMs?: (number | null)
          atMs?: (number | null)
          enabled?: (boolean | null)
          /** Send the reply to `channel` and `to`. */
          deliver?: (boolean | null)
          channel?: (string | null)
          to?: (string | null)
          deleteAfterRun?: (boolean | null)
          /** A slot that comes while the job still runs. */
          overlap?: ("skip" | "queue" | null)
          /** Slots that passed while the gateway was down. */
          missed?: ("skip" | "run_once" | null)
          /** Retries of a failed slot; null for the configured number. */
          retries?: (number | null)
          timeoutSec?: (number | null)
          [name: string]: unknown
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          result: Record<string, unknown>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/cron/preview': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { expr?: string; tz?: string; n?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          times: Array<{
            ms: number
            iso: string
          }>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/cron/runs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { id?: string; limit?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          runs: Array<Schemas['CronRun']>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/docs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/html': unknown } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/docs/{file}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path: { file: string }; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/javascript': unknown } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/events/live': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        101: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/login/code': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          code: string
          /** Append it to the address of the gateway. */
          path: string
          /** Seconds. */
          expires_in: number
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/logout': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
        } } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/logs/live': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        101: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/logs/recent': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { limit?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          logs: Array<(Schemas['LogEntry'] | null)>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/mcp/install': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** `name`, `name==1.2.3` (uv), `name@1.2.3`, `@scope/name` (bun). */
          package?: string
          /** `uv` (default) or `bun`. */
          installer?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          package: string
          /** The installer's output, then what was installed and where its command is. */
          output: string
          bin_name: string
          /** Absolute path of the command. */
          bin_path: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        412: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        501: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        504: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/memory': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { path?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          files: Array<string>
        } | {
          ok: true
          path: string
          content: string
        }) } }
        304: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        415: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Relative path. */
          path?: (string | null)
          /** The whole new text; default empty. */
          content?: (string | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          path: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        412: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        415: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete: {
      parameters: { query?: { path?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          deleted: true
          path: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        412: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/models': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          primary: string
          source: "config" | "env" | "local" | "workers-ai" | "offline"
          models: Array<{
            /** `provider/model`. */
            ref: string
            /** It failed of late. */
            resting: boolean
          }>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/openapi.json': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          openapi: string
          [name: string]: unknown
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/models': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Default: the provider of the primary model. */
          provider?: string
          model?: string
          models?: Array<string>
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          models: Array<string>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/oauth/accounts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { provider?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          accounts: Array<Schemas['ProviderAccount']>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: { provider?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          action?: string
          /** As `GET` shows it. */
          credential_file?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          account: Schemas['ProviderAccount']
        } | {
          ok: true
          deleted: true
        } | {
          ok: true
          cleared: true
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/oauth/complete': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** The provider's name in the config. Default: that of the primary model. */
          provider?: string
          /** What its owner calls the account. */
          account_label?: string
          /** Proxy of the account: http, https, socks5 or socks5h. Node only; on the edge 501. One at a private address must be named by the config. */
          network_proxy?: string
          /** Stands for the provider entry of the config, and becomes it when the login succeeds. Its addresses must be the vendor’s own or stand in the config. */
          provider_config?: Record<string, unknown>
          flow_id?: string
          /** The address the browser ended on; not for device flows. */
          callback_url?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          /** Its e-mail, else its id or label. */
          account: string
          credential_file: string
          network_proxy: string
          /** What the vendor lists; empty when it does not tell. */
          models: Array<string>
          /** The code of a device flow was not typed yet: ask again; the other members are empty. */
          pending?: true
          /** Only when pending. */
          retry_after_sec?: number
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/oauth/import': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'multipart/form-data': {
          file: string
          /** The provider's name in the config. Default: that of the primary model. */
          provider?: string
          /** What its owner calls the account. */
          account_label?: string
          /** Proxy of the account: http, https, socks5 or socks5h. Node only; on the edge 501. One at a private address must be named by the config. */
          network_proxy?: string
          /** JSON. */
          provider_config?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          /** Its e-mail, else its id or label. */
          account: string
          credential_file: string
          network_proxy: string
          /** What the vendor lists; empty when it does not tell. */
          models: Array<string>
          /** The code of a device flow was not typed yet: ask again; the other members are empty. */
          pending?: true
          /** Only when pending. */
          retry_after_sec?: number
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/oauth/start': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { provider?: string; account_label?: string; network_proxy?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          flow_id: string
          mode: "callback" | "device"
          auth_url: string
          /** Empty in mode `callback`. */
          user_code: string
          instructions: string
          account_label: string
          network_proxy: string
          /** Seconds until the flow ends. */
          expires_in: number
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        501: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** The provider's name in the config. Default: that of the primary model. */
          provider?: string
          /** What its owner calls the account. */
          account_label?: string
          /** Proxy of the account: http, https, socks5 or socks5h. Node only; on the edge 501. One at a private address must be named by the config. */
          network_proxy?: string
          /** Stands for the provider entry of the config, and becomes it when the login succeeds. Its addresses must be the vendor’s own or stand in the config. */
          provider_config?: Record<string, unknown>
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          flow_id: string
          mode: "callback" | "device"
          auth_url: string
          /** Empty in mode `callback`. */
          user_code: string
          instructions: string
          account_label: string
          network_proxy: string
          /** Seconds until the flow ends. */
          expires_in: number
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        501: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/runtime': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { provider?: string; kind?: string; reason?: string; target?: string; sort?: string; changes_only?: string; window_sec?: number; limit?: number; cursor?: number; health_below?: number; cooldown_until_before_sec?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          view: {
            items: Array<Schemas['ProviderRuntime']>
          }
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Default: the provider of the primary model. */
          provider?: string
          action?: string
          only_expiring?: boolean
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          cleared: true
        } | {
          ok: true
          provider: string
          refreshed: true
          result: {
            provider: string
            checked?: number
            refreshed?: number
            skipped?: number
            failed?: number
            accounts: Array<{
              target: string
              status: "refreshed" | "skipped" | "failed"
              detail: string
              expire?: string
            }>
          }
          candidate_order: Array<Schemas['ProviderCandidate']>
          summary: Schemas['ProviderSummary']
        } | {
          ok: true
          provider: string
          reranked: true
          candidate_order: Array<Schemas['ProviderCandidate']>
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/provider/test': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Default: the provider of the primary model. */
          provider?: string
          provider_config?: Record<string, unknown>
          /** Without the provider’s name. */
          model?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          /** What it lists; empty when it does not tell. */
          models: Array<string>
          /** The beginning of what the model said. */
          reply: string
          /** How long the model took. */
          duration_ms: number
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/sessions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { include_internal?: "1"; limit?: number; before?: string; titles?: "1" }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          sessions: Array<{
            key: string
            channel?: string
            kind?: string
            /** ms since the epoch */
            updated_at?: number
            messages?: number
            /** Its own title, else how its first message begins. */
            title?: string
          }>
          /** `before` of the next page; missing on the last. */
          next?: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          session: string
          /** Empty: back to how it began. */
          title?: (string | null)
          /** `provider/model`; empty: back to the configured one. */
          model?: (string | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          session: string
          title: string
          model: (string | null)
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete: {
      parameters: { query?: { session?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          session: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/sessions/search': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { query?: string; limit?: number; kinds?: string; kind?: string; exclude_current?: string; session?: string; titles?: "1" }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          query?: string
          results: Array<Schemas['SessionMatch']>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/skills': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { check_updates?: "1"; id?: string; files?: "1"; file?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          skills: Array<Schemas['Skill']>
          source: "clawhub"
          clawhub_installed: boolean
          /** Empty when it is not installed. */
          clawhub_path: string
        } | {
          ok: true
          id: string
          files: Array<string>
        } | {
          ok: true
          id: string
          file: string
          content: string
        }) } }
        304: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          action?: (string | number | boolean | null)
          id?: (string | number | boolean | null)
          name?: (string | number | boolean | null)
          description?: (string | number | boolean | null)
          tools?: ((Array<(string | number | boolean)> | (string | number | boolean)) | null)
          system_prompt?: (string | number | boolean | null)
          file?: (string | number | boolean | null)
          content?: (string | number | boolean | null)
          ignore_suspicious?: unknown
        }; 'multipart/form-data': {
          file: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          imported: Array<string>
        } | {
          ok: true
          installed: string
          output: string
        } | {
          ok: true
          name: string
          file: string
        } | {
          ok: true
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        412: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        501: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete: {
      parameters: { query?: { id?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          deleted: true
          id: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/status': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          gateway_version: string
          runtime: "node" | "workerd"
          model: {
            /** The model asked first, `provider/model`. */
            primary: string
            source: "config" | "env" | "local" | "workers-ai" | "offline"
            /** Where it was found; never a key. */
            detail: string
            fallbacks: Array<string>
            /** Models that rest after a failure, and why. */
            cooling: Array<{
              /** `provider/model`, or `provider/*`. */
              scope: string
              /** ms since the epoch. */
              until: number
              failures: number
              message: string
              [name: string]: unknown
            }>
            /** Why configured models cannot be asked. */
            problems: Array<string>
          }
          active_turns: number
          unknown_config_keys: Array<string>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/tool_allowlist_groups': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          groups: Array<{
            name: string
            description: string
            aliases?: Array<string>
            tools: Array<string>
          }>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/tools': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          tools: Array<{
            name: string
            description: string
            parameters: Record<string, unknown>
            source: "local" | "mcp"
            visibility: {
              main_agent: true
              subagent: "allowlist" | "inherited"
            }
            mcp?: {
              server: string
              remote_tool: string
            }
          }>
          mcp_tools: Array<{
            name: string
            description: string
            parameters: Record<string, unknown>
            source: "local" | "mcp"
            visibility: {
              main_agent: true
              subagent: "allowlist" | "inherited"
            }
            mcp?: {
              server: string
              remote_tool: string
            }
          }>
          mcp_server_checks: Array<{
            name: string
            enabled: boolean
            transport: string
            status: "ok" | "disabled" | "not_applicable" | "missing_command" | "unsupported_platform"
            message: string
            command: string
            resolved: string
            package: string
            installer: string
            installable: boolean
            missing_command: boolean
            /** Of a server in use: enabled, and MCP switched on. */
            state?: "idle" | "connecting" | "ready" | "failed" | "unsupported"
            /** How many tools it has, as far as known. */
            tools?: number
            /** Why it failed; empty while it has not. */
            error?: string
          }>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/transfer/abort': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/transfer/begin': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          manifest: Schemas['TransferManifest']
          /** Replace what this gateway holds; without it one that was used refuses. */
          replace?: boolean
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          missing: Array<string>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/transfer/chunk': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { table?: string; after?: string; rows?: string; path?: string; offset?: string; length?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/octet-stream': unknown } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query: { sha256: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/octet-stream': string } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/transfer/commit': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: { digest?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          sessions: number
          messages: number
          rows: number
          files: number
          bytes: number
          digest: string
          /** False: whoever runs this gateway must restart it. */
          reopened: boolean
        } } }
        202: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          loaded: number
          of: number
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/transfer/manifest': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': Schemas['TransferManifest'] } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/upload': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { path?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/octet-stream': unknown } }
        304: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'multipart/form-data': {
          file: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          /** What to pass as `media`. */
          path: string
          /** The name the file was sent under, without folders. */
          name: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/usage': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { days?: number; series?: "1" }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          today: string
          timezone: string
          currency: string
          total: {
            /** Input tokens, those from the cache included. */
            input: number
            output: number
            /** Input tokens that the provider read from its cache. */
            cached: number
            turns: number
            /** Cost of the tokens whose price is known; null when none is. */
            cost: (number | null)
            /** Tokens without a known price; they are not in `cost`. */
            unpriced_tokens: number
          }
          /** Newest first; days without usage are left out. */
          days: Array<{
            /** Input tokens, those from the cache included. */
            input: number
            output: number
            /** Input tokens that the provider read from its cache. */
            cached: number
            turns: number
            /** Cost of the tokens whose price is known; null when none is. */
            cost: (number | null)
            /** Tokens without a known price; they are not in `cost`. */
            unpriced_tokens: number
            day: string
          }>
          models: Array<{
            /** Input tokens, those from the cache included. */
            input: number
            output: number
            /** Input tokens that the provider read from its cache. */
            cached: number
            turns: number
            /** Cost of the tokens whose price is known; null when none is. */
            cost: (number | null)
            /** Tokens without a known price; they are not in `cost`. */
            unpriced_tokens: number
            model: string
          }>
          /** The 20 that used most. */
          sessions: Array<{
            /** Input tokens, those from the cache included. */
            input: number
            output: number
            /** Input tokens that the provider read from its cache. */
            cached: number
            turns: number
            /** Cost of the tokens whose price is known; null when none is. */
            cost: (number | null)
            /** Tokens without a known price; they are not in `cost`. */
            unpriced_tokens: number
            session: string
          }>
          /** With `series=1`: oldest day first. */
          models_by_day?: Array<{
            /** Input tokens, those from the cache included. */
            input: number
            output: number
            /** Input tokens that the provider read from its cache. */
            cached: number
            turns: number
            /** Cost of the tokens whose price is known; null when none is. */
            cost: (number | null)
            /** Tokens without a known price; they are not in `cost`. */
            unpriced_tokens: number
            day: string
            model: string
          }>
          /** With `series=1`: the 8 sessions that used most in these days. */
          sessions_by_day?: Array<{
            /** Input tokens, those from the cache included. */
            input: number
            output: number
            /** Input tokens that the provider read from its cache. */
            cached: number
            turns: number
            /** Cost of the tokens whose price is known; null when none is. */
            cost: (number | null)
            /** Tokens without a known price; they are not in `cost`. */
            unpriced_tokens: number
            day: string
            session: string
          }>
          limits: Array<{
            name: "requests_per_minute" | "open_sockets" | "turns_at_once" | "queued_messages" | "file_bytes" | "database_bytes" | "tokens_per_day" | "money_per_day"
            /** Null where this runtime cannot tell. */
            used: (number | null)
            warn: (number | null)
            block: (number | null)
            state: "ok" | "warn" | "block"
            lifts_at: (string | null)
          }>
          /** Those of today. */
          warnings: Array<{
            limit: "requests_per_minute" | "open_sockets" | "turns_at_once" | "queued_messages" | "file_bytes" | "database_bytes" | "tokens_per_day" | "money_per_day"
            level: "warn" | "block"
            used: number
            threshold: number
            /** ISO 8601. */
            at: string
          }>
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/version': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          gateway_version: string
          compiled_channels: Array<string>
        } } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/accounts/default': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          bot_id?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          /** Oldest first. */
          pending_logins: Array<Schemas['WeixinLogin']>
          /** The first of them; empty when there is none. */
          pending_login: Schemas['WeixinLogin']
          accounts: Array<Schemas['WeixinAccount']>
        } | {
          ok: false
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          error: string
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        503: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/accounts/remove': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          bot_id?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          /** Oldest first. */
          pending_logins: Array<Schemas['WeixinLogin']>
          /** The first of them; empty when there is none. */
          pending_login: Schemas['WeixinLogin']
          accounts: Array<Schemas['WeixinAccount']>
        } | {
          ok: false
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          error: string
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        503: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/login/cancel': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          login_id?: string
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          /** Oldest first. */
          pending_logins: Array<Schemas['WeixinLogin']>
          /** The first of them; empty when there is none. */
          pending_login: Schemas['WeixinLogin']
          accounts: Array<Schemas['WeixinAccount']>
        } | {
          ok: false
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          error: string
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        503: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/login/start': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          /** Oldest first. */
          pending_logins: Array<Schemas['WeixinLogin']>
          /** The first of them; empty when there is none. */
          pending_login: Schemas['WeixinLogin']
          accounts: Array<Schemas['WeixinAccount']>
        } | {
          ok: false
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          error: string
        }) } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        503: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/login/verify': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          login_id?: string
          code?: (string | number)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          /** Oldest first. */
          pending_logins: Array<Schemas['WeixinLogin']>
          /** The first of them; empty when there is none. */
          pending_login: Schemas['WeixinLogin']
          accounts: Array<Schemas['WeixinAccount']>
        } | {
          ok: false
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          error: string
        }) } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        503: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/qr.svg': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { login_id?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'image/svg+xml': unknown } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        502: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/weixin/status': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          /** Oldest first. */
          pending_logins: Array<Schemas['WeixinLogin']>
          /** The first of them; empty when there is none. */
          pending_login: Schemas['WeixinLogin']
          accounts: Array<Schemas['WeixinAccount']>
        } | {
          ok: false
          /** With unsaved edits, if there are any. */
          enabled: boolean
          /** As saved. */
          config_enabled: boolean
          /** The channel runs. */
          runtime_enabled: boolean
          /** There are unsaved edits. */
          draft_dirty: boolean
          base_url: string
          error: string
        }) } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/workspace_docs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { path?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': ({
          ok: true
          files: Array<string>
        } | {
          ok: true
          path: string
          content: string
        }) } }
        304: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        415: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/workspace_file': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { path?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          path: string
          content: string
          found: boolean
        } } }
        304: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        415: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': {
          /** Relative path. */
          path?: (string | null)
          /** The whole new text; default empty. */
          content?: (string | null)
        } } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          path: string
          saved: true
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        412: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        415: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete: {
      parameters: { query?: { path?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          deleted: true
          path: string
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        409: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        412: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/workspace_tree': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { path?: string; limit?: number }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'application/json': {
          ok: true
          path: string
          entries: Array<Schemas['WorkspaceEntry']>
          truncated: boolean
        } } }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/console/{file}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path: { file: string }; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/javascript': unknown } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/health': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: never; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/hooks/{channel}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get?: never
    put?: never
    post: {
      parameters: { query?: never; path: { channel: string }; header?: Record<string, string>; cookie?: never }
      requestBody: { content: { 'application/json': unknown } }
      responses: {
        200: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        404: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        413: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/login': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { code?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        303: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/v1/ws': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never }
    get: {
      parameters: { query?: { provider?: string }; path?: never; header?: Record<string, string>; cookie?: never }
      requestBody?: never
      responses: {
        101: { headers: Record<string, unknown>; content?: never }
        400: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        401: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        403: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        429: { headers: Record<string, unknown>; content: { 'text/plain': string } }
        500: { headers: Record<string, unknown>; content: { 'text/plain': string } }
      }
    }
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
