/**
 * The paths that a tenant's gateway answers. The front knows them without opening one: an unknown path is 404 for
 * everybody, a known one 401 for strangers (api-behaviour.md section 2.1). A contract test holds the list against the
 * gateway's own document; a path that is missing here still works with a token.
 */
const PATHS = [
  '/api/channels',
  '/api/channels/approve',
  '/api/channels/draft',
  '/api/channels/draft/commit',
  '/api/channels/outbox',
  '/api/channels/people',
  '/api/channels/test',
  '/api/chat',
  '/api/chat/commands',
  '/api/chat/history',
  '/api/chat/live',
  '/api/chat/stop',
  '/api/chat/stream',
  '/api/chat/transcript',
  '/api/chat/turn',
  '/api/chat/turns',
  '/api/config',
  '/api/config/history',
  '/api/config/rollback',
  '/api/config/schema',
  '/api/cron',
  '/api/cron/preview',
  '/api/cron/runs',
  '/api/docs',
  '/api/docs/:file',
  '/api/events/live',
  '/api/login/code',
  '/api/logs/live',
  '/api/logs/recent',
  '/api/mcp/install',
  '/api/memory',
  '/api/models',
  '/api/openapi.json',
  '/api/provider/models',
  '/api/provider/oauth/accounts',
  '/api/provider/oauth/complete',
  '/api/provider/oauth/import',
  '/api/provider/oauth/start',
  '/api/provider/runtime',
  '/api/provider/test',
  '/api/sessions',
  '/api/sessions/search',
  '/api/skills',
  '/api/status',
  '/api/tool_allowlist_groups',
  '/api/tools',
  '/api/transfer/abort',
  '/api/transfer/begin',
  '/api/transfer/chunk',
  '/api/transfer/commit',
  '/api/transfer/manifest',
  '/api/upload',
  '/api/usage',
  '/api/version',
  '/api/weixin/accounts/default',
  '/api/weixin/accounts/remove',
  '/api/weixin/login/cancel',
  '/api/weixin/login/start',
  '/api/weixin/login/verify',
  '/api/weixin/qr.svg',
  '/api/weixin/status',
  '/api/workspace_docs',
  '/api/workspace_file',
  '/api/workspace_tree',
  '/v1/ws',
] as const

const plain = new Set<string>(PATHS.filter((path) => !path.includes(':')))
const patterns = PATHS.filter((path) => path.includes(':')).map(
  (path) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`),
)

/** Whether a tenant's gateway has a route at this path. */
export function isRoutePath(path: string): boolean {
  return plain.has(path) || patterns.some((pattern) => pattern.test(path))
}
