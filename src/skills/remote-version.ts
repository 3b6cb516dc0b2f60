/**
 * Finds a skill in what `clawhub search --json` prints, whose shape is not documented: any object of the tree may be
 * it.
 */
/** What ClawHub says about a skill; at most one of `version` and `error` is there. */
export interface RemoteSkill {
  found: boolean
  version?: string
  error?: string
}

const MAX_DEPTH = 16

/** The first object whose `name`, `slug` or `id` is the skill's; case and separators do not matter. */
export function findRemoteVersion(output: string, name: string): RemoteSkill {
  let tree: unknown
  try {
    tree = JSON.parse(output)
  } catch {
    return { found: false, error: 'clawhub answered with something that is no JSON' }
  }
  const found = find(tree, plain(name), 0)
  if (!found) return { found: false }
  const version = [found.version, found.latest_version, found.latestVersion].find(isVersion)
  return { found: true, ...(version !== undefined && { version: String(version) }) }
}

function find(value: unknown, name: string, depth: number): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return null
  if (!Array.isArray(value)) {
    const object = value as Record<string, unknown>
    const names = [object.name, object.slug, object.id]
    if (names.some((given) => typeof given === 'string' && plain(given) === name)) return object
  }
  for (const child of Object.values(value)) {
    const found = find(child, name, depth + 1)
    if (found) return found
  }
  return null
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[\s._-]+/g, '-')

const isVersion = (value: unknown) => (typeof value === 'string' && value !== '') || typeof value === 'number'
