/** What a session key says (workspace-formats.md section 3.3). */
import type { SessionInfo } from './types.ts'

const INTERNAL = ['subagent:', 'internal:', 'heartbeat:', 'cron:', 'hook:']

/** Hidden from the default list. */
export function isInternal(key: string): boolean {
  const lower = key.trim().toLowerCase()
  return lower === '' || INTERNAL.some((prefix) => lower.startsWith(prefix))
}

/** The same as SQL over the column `key`, false for internal ones; LIKE takes any case. */
export const NOT_INTERNAL = [
  `${trimmed('key')} <> ''`,
  ...INTERNAL.map((prefix) => `${trimmed('key')} NOT LIKE '${prefix}%'`),
].join(' AND ')

function trimmed(column: string): string {
  return `trim(${column}, ' ' || char(9, 10, 11, 12, 13, 160, 65279))`
}

export function kindOf(key: string): SessionInfo['kind'] {
  const lower = key.trim().toLowerCase()
  if (lower.startsWith('cron:')) return 'cron'
  if (lower.startsWith('subagent:') || lower.includes(':subagent:')) return 'subagent'
  if (lower.startsWith('hook:')) return 'hook'
  return lower.includes(':') ? 'main' : 'other'
}

/** The text before the first `:`, when there is some. */
export function channelOf(key: string): string | undefined {
  const colon = key.indexOf(':')
  return colon > 0 ? key.slice(0, colon) : undefined
}
