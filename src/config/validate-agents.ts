/** Rules for `agents.*`. */
import { findProvider } from './model-ref.ts'
import { blank, check, emptyItems } from './rules.ts'
import type { Config, SubagentConfig } from './schema.ts'
import { isAbsolute, staysBelow } from './validate-links.ts'

const oneOf = (text: string, allowed: readonly string[]) => blank(text) || allowed.includes(text.trim())

export function agentDefaultsProblems({ agents }: Config): string[] {
  const { defaults } = agents
  const { execution, heartbeat, context_compaction: compaction } = defaults
  const run = 'agents.defaults.execution'
  const beat = 'agents.defaults.heartbeat'
  const path = 'agents.defaults.context_compaction'
  const positive = (key: keyof typeof compaction): [boolean, string] => [
    Number(compaction[key]) > 0,
    `${path}.${key} must be > 0 when enabled=true`,
  ]
  return [
    ...check([
      [defaults.max_tool_iterations > 0, 'agents.defaults.max_tool_iterations must be > 0'],
      [execution.run_state_ttl_seconds >= 60, `${run}.run_state_ttl_seconds must be >= 60`],
      [execution.run_state_max > 0, `${run}.run_state_max must be > 0`],
    ]),
    ...emptyItems(`${run}.tool_parallel_safe_names`, execution.tool_parallel_safe_names),
    ...check([
      [execution.tool_max_parallel_calls > 0, `${run}.tool_max_parallel_calls must be > 0`],
      ...Object.entries(defaults.summary_policy).map(([key, value]): [boolean, string] => [
        !blank(value),
        `agents.defaults.summary_policy.${key} must be non-empty`,
      ]),
      [!heartbeat.enabled || heartbeat.every_sec > 0, `${beat}.every_sec must be > 0 when enabled=true`],
      [!heartbeat.enabled || heartbeat.ack_max_chars > 0, `${beat}.ack_max_chars must be > 0 when enabled=true`],
    ]),
    ...(compaction.enabled
      ? check([
          [
            oneOf(compaction.mode, ['summary', 'responses_compact', 'hybrid']),
            `${path}.mode must be one of: summary, responses_compact, hybrid`,
          ],
          positive('trigger_messages'),
          positive('keep_recent_messages'),
          [
            compaction.target_ratio > 0 && compaction.target_ratio < 1,
            `${path}.target_ratio must be > 0 and < 1 when enabled=true`,
          ],
          positive('protect_last_n'),
          [
            compaction.pressure_threshold > 0 && compaction.pressure_threshold <= 1,
            `${path}.pressure_threshold must be > 0 and <= 1 when enabled=true`,
          ],
          [
            compaction.keep_recent_messages < compaction.trigger_messages,
            `${path}.keep_recent_messages must be < trigger_messages`,
          ],
          positive('max_summary_chars'),
          positive('max_transcript_chars'),
        ])
      : []),
  ]
}

export function routerProblems({ agents }: Config): string[] {
  const { router, subagents } = agents
  return [
    ...check([
      [router.policy.intent_max_input_chars >= 200, 'agents.router.policy.intent_max_input_chars must be >= 200'],
      [router.policy.max_rounds_without_user > 0, 'agents.router.policy.max_rounds_without_user must be > 0'],
      [
        oneOf(router.strategy, ['rules_first', 'round_robin', 'manual']),
        'agents.router.strategy must be one of: rules_first, round_robin, manual',
      ],
      [router.max_hops >= 0, 'agents.router.max_hops must be >= 0'],
      [router.default_timeout_sec >= 0, 'agents.router.default_timeout_sec must be >= 0'],
      [
        !router.enabled || !blank(router.main_agent_id),
        'agents.router.main_agent_id is required when agents.router.enabled=true',
      ],
    ]),
    ...router.rules.flatMap((rule, index) => {
      const path = `agents.router.rules[${index}]`
      const id = rule.agent_id.trim()
      if (id === '') return [`${path}.agent_id is required`]
      return check([
        [Object.hasOwn(subagents, id), `${path}.agent_id "${id}" not found in agents.subagents`],
        [rule.keywords.length > 0, `${path}.keywords must not be empty`],
        [!rule.keywords.some(blank), `${path}.keywords must not contain empty values`],
      ])
    }),
  ]
}

export function communicationProblems({ agents }: Config): string[] {
  const { mode, max_messages_per_thread: most, default_message_ttl_sec: ttl } = agents.communication
  return check([
    [oneOf(mode, ['mediated', 'direct']), 'agents.communication.mode must be one of: mediated, direct'],
    [most >= 0, 'agents.communication.max_messages_per_thread must be >= 0'],
    [ttl >= 0, 'agents.communication.default_message_ttl_sec must be >= 0'],
  ])
}

/** Nothing is checked while there are no subagents; that messages can be answered comes after all else. */
export function subagentProblems(config: Config): string[] {
  const { subagents, router } = config.agents
  const entries = Object.entries(subagents)
  if (entries.length === 0) return []
  const main = router.main_agent_id.trim()
  return [
    ...check([[Object.hasOwn(subagents, main), `agents.router.main_agent_id "${main}" not found in agents.subagents`]]),
    ...entries.flatMap(([id, entry]) =>
      blank(id) ? ['agents.subagents contains an empty agent id'] : entryProblems(config, id, entry, id === main),
    ),
    ...entries.flatMap(([id, entry]) =>
      entry.can_talk_to.flatMap((each) => {
        const peer = each.trim()
        if (!Object.hasOwn(subagents, peer) || peer === id) return []
        const accepted = subagents[peer]!.accept_from.includes(id) || entry.accept_from.includes(peer)
        return accepted ? [] : [`agents.subagents.${id}.can_talk_to "${peer}" is not reciprocated by accept_from`]
      }),
    ),
  ]
}

const TYPES = ['router', 'worker', 'reviewer', 'observer']
const NOTIFY = ['final_only', 'milestone', 'on_blocked', 'always', 'internal_only']
const LIMITS = [
  'timeout_sec',
  'max_retries',
  'retry_backoff_ms',
  'max_task_chars',
  'max_result_chars',
  'max_parallel_runs',
  'max_tool_iterations',
] as const

function entryProblems({ agents, models }: Config, id: string, entry: SubagentConfig, isMain: boolean): string[] {
  const path = `agents.subagents.${id}`
  const file = entry.system_prompt_file.trim()
  const provider = entry.runtime.provider.trim()
  const known = (peer: string) => peer === 'user' || peer === id || Object.hasOwn(agents.subagents, peer)
  const peers = (key: 'accept_from' | 'can_talk_to') =>
    entry[key].map((each): [boolean, string] =>
      blank(each)
        ? [false, `${path}.${key} must not contain empty values`]
        : [known(each.trim()), `${path}.${key} references unknown agent "${each.trim()}"`],
    )
  return check([
    [oneOf(entry.type, TYPES), `${path}.type must be one of: ${TYPES.join(', ')}`],
    [oneOf(entry.transport, ['local']), `${path}.transport must be one of: local`],
    [oneOf(entry.notify_main_policy, NOTIFY), `${path}.notify_main_policy must be one of: ${NOTIFY.join(', ')}`],
    ...LIMITS.map((key): [boolean, string] => [entry.runtime[key] >= 0, `${path}.runtime.${key} must be >= 0`]),
    [entry.tools.max_parallel_calls >= 0, `${path}.tools.max_parallel_calls must be >= 0`],
    [!entry.enabled || file !== '', `${path}.system_prompt_file is required when enabled=true`],
    [!isAbsolute(file), `${path}.system_prompt_file must be relative`],
    [isAbsolute(file) || staysBelow(file), `${path}.system_prompt_file must stay within workspace`],
    [
      provider === '' || findProvider(models.providers, provider) !== undefined,
      `${path}.runtime.provider "${provider}" not found in providers`,
    ],
    ...peers('accept_from'),
    ...peers('can_talk_to'),
    [!isMain || !entry.requires_main_mediation, `${path}.requires_main_mediation must be false for main agent`],
  ])
}
