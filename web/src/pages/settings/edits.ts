/** Changes that are not saved: values by their path, which are laid over the config as it is when it is saved. */
import { type ConfigPath, type Section, setAt, valueAt } from '../../api/config-path.ts'

export interface Edit {
  path: ConfigPath
  /** Undefined takes the key out of the file: it has its default then. */
  value: unknown
  /** What keeps it from being saved: a text that is no number, say. */
  wrong?: string
}

export type Edits = ReadonlyMap<string, Edit>

/** The name of a path in `Edits`; keys may have dots. */
export const idOf = (path: ConfigPath) => JSON.stringify(path)

/** With one more change; a value as it is in the config is none. What it holds below it is replaced. */
export function withEdit(edits: Edits, config: Section, edit: Edit): Edits {
  const next = new Map([...edits].filter(([, { path }]) => !isWithin(path, edit.path)))
  if (edit.wrong !== undefined || !same(edit.value, valueAt(config, edit.path))) next.set(idOf(edit.path), edit)
  return next
}

/** The config with the changes in it. */
export function applied(config: Section, edits: Edits): Section {
  const copy = structuredClone(config)
  for (const { path, value } of edits.values()) setAt(copy, path, structuredClone(value))
  return copy
}

const isWithin = (path: ConfigPath, above: ConfigPath) => above.every((key, depth) => path[depth] === key)
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/**
 * The gateway's refusals by the setting they name, the rest as it came. A refusal begins with the dotted path of its key, or
 * says `into field <path>`; of several paths that fit the longest counts.
 */
export function placed(
  errors: readonly string[],
  paths: readonly ConfigPath[],
): { at: ReadonlyMap<string, string>; rest: string[] } {
  const at = new Map<string, string>()
  const rest: string[] = []
  const longestFirst = [...paths].sort((a, b) => b.join('.').length - a.join('.').length)
  for (const error of errors) {
    const path = longestFirst.find((each) => speaksOf(error, each.join('.')))
    if (!path) rest.push(error)
    else at.set(idOf(path), [at.get(idOf(path)), error].filter(Boolean).join('\n'))
  }
  return { at, rest }
}

function speaksOf(error: string, dotted: string): boolean {
  const named = /(?:into )?field ([^\s:]+)/.exec(error)?.[1]
  if (named && (named === dotted || named.startsWith(`${dotted}[`) || named.startsWith(`${dotted}.`))) return true
  return error.startsWith(dotted) && !/^[\w-]/.test(error.slice(dotted.length))
}
