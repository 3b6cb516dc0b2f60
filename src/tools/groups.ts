/** Named sets of tools for allowlists: data, so that `GET /api/tool_allowlist_groups` and the guard read one table. */

export interface ToolGroup {
  readonly name: string
  readonly description: string
  readonly aliases?: readonly string[]
  readonly tools: readonly string[]
}

/** Sorted by name, inner lists sorted. The first seven of agent.md section 8.4 keep their exact texts and members. */
export const toolGroups: readonly ToolGroup[] = [
  {
    name: 'files_read',
    description: 'Read-only workspace file tools',
    aliases: ['file_read', 'readonly_files'],
    tools: ['list_dir', 'read_file'],
  },
  {
    name: 'files_search',
    description: 'Workspace file search tools',
    aliases: ['file_search'],
    tools: ['find_files', 'grep_files'],
  },
  {
    name: 'files_write',
    description: 'Workspace file modification tools',
    aliases: ['file_write'],
    tools: ['edit_file', 'write_file'],
  },
  {
    name: 'memory_all',
    description: 'All memory tools',
    aliases: ['memory'],
    tools: ['memory_get', 'memory_search', 'memory_write'],
  },
  {
    name: 'memory_read',
    description: 'Read-only memory and session recall tools',
    aliases: ['mem_read'],
    tools: ['memory_get', 'memory_search', 'session_search'],
  },
  {
    name: 'memory_write',
    description: 'Memory write tools',
    aliases: ['mem_write'],
    tools: ['memory_write'],
  },
  { name: 'messaging', description: 'Tools that send messages to chats', tools: ['message'] },
  { name: 'schedule', description: 'Reminder and recurring job tools', tools: ['cron', 'remind'] },
  { name: 'sessions', description: 'Tools that read past conversations', tools: ['session_search', 'sessions'] },
  { name: 'shell', description: 'Command execution tools', tools: ['exec', 'process'] },
  {
    name: 'skills',
    description: 'Skill script execution tools',
    aliases: ['skill', 'skill_scripts'],
    tools: ['skill_exec'],
  },
  {
    name: 'subagent',
    description: 'Subagent execution tools',
    aliases: ['agent_runtime'],
    tools: ['spawn', 'subagent_profile'],
  },
  {
    name: 'web',
    description: 'Web search and page reading tools',
    tools: ['parallel_fetch', 'web_fetch', 'web_search'],
  },
]
