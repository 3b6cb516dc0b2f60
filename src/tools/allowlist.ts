/** Which tools a turn may see and call (agent.md section 8.3). */
import { toolGroups } from './groups.ts'

/** Entries as a profile or a request names them; undefined admits every tool, an empty list none. */
export type Allowlist = readonly string[] | undefined

/** Allowed by every list that admits anything: a skill's own rules decide what it may run. */
const INHERITED = 'skill_exec'

const groupsByName = new Map<string, readonly string[]>()
for (const group of toolGroups) {
  for (const name of [group.name, ...(group.aliases ?? [])]) groupsByName.set(name, group.tools)
}

/** True for the tools that every non-empty allowlist admits. */
export const isInherited = (tool: string): boolean => tool === INHERITED

/**
 * A test of tool names for one allowlist. Case does not matter. An entry is a tool, a group or an alias of one,
 * `group:<name>`, `@<name>`, `*` or `all`, or a prefix such as `mcp__github__*`. What it does not know matches nothing.
 */
export function allows(allowlist: Allowlist): (tool: string) => boolean {
  if (allowlist === undefined) return () => true
  const names = new Set<string>()
  const prefixes: string[] = []
  for (const raw of allowlist) {
    const entry = raw.trim().toLowerCase()
    if (entry === '') continue
    if (entry === 'all') return () => true
    const group = /^(?:group:|@)\s*(.+)$/.exec(entry)
    if (group === null) {
      if (entry.endsWith('*')) prefixes.push(entry.slice(0, -1))
      else names.add(entry)
    }
    for (const tool of groupsByName.get(group?.[1] ?? entry) ?? []) names.add(tool)
  }
  if (names.size > 0 || prefixes.length > 0) names.add(INHERITED)
  return (tool) => names.has(tool) || prefixes.some((prefix) => tool.startsWith(prefix))
}
