/** What a save puts in force without a restart, as the console shows it (config.md section 7.2). */
export interface HotReloadField {
  path: string
  name: string
  description: string
}

export const HOT_RELOAD_FIELDS: readonly HotReloadField[] = [
  { path: 'logging.*', name: 'Logging', description: 'Log level, persistence, and related settings' },
  { path: 'sentinel.*', name: 'Sentinel', description: 'Health checks and auto-heal behavior' },
  { path: 'agents.*', name: 'Agent', description: 'Models, policies, and default behavior' },
  { path: 'models.providers.*', name: 'Providers', description: 'LLM provider registry and auth settings' },
  { path: 'tools.*', name: 'Tools', description: 'Tool toggles and runtime options' },
  { path: 'channels.*', name: 'Channels', description: 'Weixin, Feishu, and Telegram channel settings' },
  { path: 'cron.*', name: 'Cron', description: 'Global cron runtime settings' },
  { path: 'agents.defaults.heartbeat.*', name: 'Heartbeat', description: 'Heartbeat interval and prompt template' },
  { path: 'gateway.*', name: 'Gateway', description: 'Mostly hot-reloadable; host/port may require restart' },
]
