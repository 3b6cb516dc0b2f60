/** Names of credential files: how the config and clients write them, and where they are in the home. */
import { contained } from '../files/index.ts'

/** The folder of the home that holds them. */
export const AUTH_FOLDER = 'auth'

export interface HomeNames {
  /** The home as people see it: an absolute folder on Node, `/` on the edge. */
  home: string
  /** The user's home folder, for `~`; absent on the edge. */
  userHome?: string | undefined
}

/**
 * The path in the home (`auth/x.json`) of a name from the config or a request; null when it is not directly in `auth/`. An
 * absolute path of another home means the file of that name here: a home may have been moved.
 */
export function credentialPath(name: string, { home, userHome }: HomeNames): string | null {
  let text = name.trim().replaceAll('\\', '/')
  if (text.startsWith('~/') && userHome) text = `${userHome.replace(/\/+$/, '')}${text.slice(1)}`
  const root = home.replace(/\/+$/, '')
  if (text.startsWith(`${root}/`)) text = text.slice(root.length + 1)
  if (text.split('/').includes('..')) return null
  const moved = /^(?:\/|~\/|[A-Za-z]:\/).*\/auth\/([^/]+)$/.exec(text)
  if (moved) text = `${AUTH_FOLDER}/${moved[1]}`
  try {
    const path = contained(text)
    return /^auth\/[^/]+$/.test(path) ? path : null
  } catch {
    return null
  }
}

/** The name that answers and the config show. */
export function shownPath(path: string, { home }: HomeNames): string {
  return `${home.replace(/\/+$/, '')}/${path}`
}

/** A name for a new file: `codex-work.json`; characters that are no letters or digits become `-`. */
export function fileNameFor(flow: string, label: string, taken: (path: string) => boolean, now: number): string {
  const slug = label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  const base = `${AUTH_FOLDER}/${flow}-${slug || 'account'}`
  if (!taken(`${base}.json`)) return `${base}.json`
  const stamp = new Date(now)
    .toISOString()
    .replace(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-')
  for (let n = 1; ; n++) {
    const path = `${base}-${stamp}${n === 1 ? '' : `-${n}`}.json`
    if (!taken(path)) return path
  }
}
