/** `agents.*` of config.json (config.md sections 3.1 to 3.4). Keys said to have no effect are kept for existing files. */
import * as z from 'zod'
import { flag, int, number, text, texts } from './fields.ts'

const SAFE_TOOLS = [
  'read_file',
  'list_files',
  'find_files',
  'grep_files',
  'memory_search',
  'web_search',
  'system_info',
] as const

const model = z.object({
  primary: text(
    'The model that answers, as provider/model. Empty: the first provider and its first model.',
    'openai/gpt-5.4',
  ),
  fallbacks: texts('Models to try in turn when the primary fails, each as provider/model.'),
})

const heartbeat = z.object({
  enabled: flag('Wake the agent regularly to look after its tasks.', true),
  every_sec: int('Seconds between two heartbeats.', 1800),
  ack_max_chars: int('A reply of at most this length that says HEARTBEAT_OK is an acknowledgement.', 64),
  prompt_template: text('First paragraph of the heartbeat prompt.'),
})

const contextCompaction = z.object({
  enabled: flag('Summarise old messages when a conversation grows long.', true),
  mode: text('summary, responses_compact or hybrid.', 'summary'),
  trigger_messages: int('Compact when the conversation holds more messages.', 60),
  keep_recent_messages: int('Newest messages that are not summarised.', 20),
  target_ratio: number('Share of the messages to keep, above 0 and below 1.', 0.35),
  protect_last_n: int('Messages always kept.', 12),
  pressure_threshold: number('Share of the context window in use that also triggers, above 0 and up to 1.', 0.8),
  max_summary_chars: int('Length of a summary.', 6000),
  max_transcript_chars: int('Length of the transcript that is given to the summariser.', 20000),
})

const execution = z.object({
  run_state_ttl_seconds: int('How long a finished run is remembered.', 1800),
  run_state_max: int('How many finished runs are remembered.', 500),
  tool_parallel_safe_names: texts('Tools that may run beside others of the same step.', SAFE_TOOLS),
  tool_max_parallel_calls: int('Tool calls at the same time.', 2),
})

const summaryPolicy = z.object({
  marker: text('Heading of a task summary.', '## System Task Summary'),
  completed_prefix: text('Prefix of the completed line.', '- Completed:'),
  changes_prefix: text('Prefix of the changes line.', '- Changes:'),
  outcome_prefix: text('Prefix of the outcome line.', '- Outcome:'),
  completed_title: text('Title of the completed part.', 'Completed Actions'),
  changes_title: text('Title of the changes part.', 'Change Summaries'),
  outcomes_title: text('Title of the outcomes part.', 'Execution Outcomes'),
})

const defaults = z.object({
  workspace: text("The agent's folder. Left out: `workspace` in the gateway's home."),
  model: model.prefault({}),
  max_tokens: int('Longest answer, where the provider sets no limit.', 8192),
  temperature: number('Temperature, where the provider sets none.', 0.7),
  max_tool_iterations: int('Rounds of tool calls in one turn.', 20),
  heartbeat: heartbeat.prefault({}),
  context_compaction: contextCompaction.prefault({}),
  execution: execution.prefault({}),
  summary_policy: summaryPolicy.prefault({}),
})

/** One routing rule, also part of the normalized view. */
export const routerRuleSchema = z.object({
  agent_id: text('The subagent that gets the message.'),
  keywords: texts('Words that speak for this subagent.'),
})

const router = z.object({
  enabled: flag('Send messages of the user to the subagent that fits.'),
  main_agent_id: text('The subagent entry of the main agent.', 'main'),
  strategy: text('rules_first, round_robin or manual.', 'rules_first'),
  policy: z
    .object({
      intent_max_input_chars: int('Longer messages are never routed.', 1200),
      max_rounds_without_user: int('Kept for existing files.', 200),
    })
    .prefault({}),
  rules: z.array(routerRuleSchema).default([]).describe('Keyword rules.'),
  allow_direct_agent_chat: flag('Kept for existing files.'),
  max_hops: int('Kept for existing files.', 6),
  default_timeout_sec: int('How long to wait for a routed subagent.', 600),
  sticky_thread_owner: flag('Kept for existing files.', true),
})

const communication = z.object({
  mode: text('mediated or direct.', 'mediated'),
  persist_threads: flag('Kept for existing files.', true),
  persist_messages: flag('Kept for existing files.', true),
  max_messages_per_thread: int('Kept for existing files.', 100),
  dead_letter_queue: flag('Kept for existing files.', true),
  default_message_ttl_sec: int('Kept for existing files.', 86400),
})

const subagent = z.object({
  enabled: flag('Whether it may be started.'),
  type: text('router, worker, reviewer or observer.'),
  transport: text('Empty or local.'),
  parent_agent_id: text('Recorded with its runs.'),
  notify_main_policy: text('final_only, milestone, on_blocked, always or internal_only.'),
  display_name: text('Name for people.'),
  role: text('What it is for.'),
  description: text('What it does, in a sentence.'),
  system_prompt_file: text('Its prompt, a file of the workspace.'),
  memory_namespace: text('Empty: its id.'),
  accept_from: texts('Agents it takes messages from.'),
  can_talk_to: texts('Agents it may write to.'),
  requires_main_mediation: flag('Only through the main agent.'),
  default_reply_to: text('Kept for existing files.'),
  tools: z
    .object({
      allowlist: texts('Tools it may use: names, groups, or * for all.'),
      denylist: texts('Tools it may not use.'),
      max_parallel_calls: int('Tool calls at the same time.'),
    })
    .prefault({}),
  runtime: z
    .object({
      provider: text('Provider of its model.'),
      model: text('Its model.'),
      temperature: number('0: as the agent.'),
      timeout_sec: int('Limit of a run, up to 3600; 0: the default.'),
      max_retries: int('Up to 8.'),
      retry_backoff_ms: int('500 to 120000.'),
      max_task_chars: int('Longest task; 0: no limit.'),
      max_result_chars: int('Longest result; 0: no limit.'),
      max_parallel_runs: int('Runs at the same time.'),
      max_tool_iterations: int('Rounds of tool calls, up to 200; 0: as the agent.'),
    })
    .prefault({}),
})

export const agentsSchema = z.object({
  defaults: defaults.prefault({}),
  router: router.prefault({}),
  communication: communication.prefault({}),
  subagents: z.record(z.string(), subagent).default({}).describe('Subagents by id.'),
})
