/** Values in a config by the keys that lead to them. */

/** An object of the config. */
export type Section = Record<string, unknown>
/** The keys that lead to a value, from the top of the config. */
export type ConfigPath = readonly string[]

/** The value at a path; undefined where there is none. */
export function valueAt(config: unknown, path: ConfigPath): unknown {
  let at = config
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Section)[key]
  }
  return at
}

/** The object at a path; made where it is missing. */
export function sectionAt(config: Section, path: ConfigPath): Section {
  let at = config
  for (const key of path) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined
    if (typeof next !== 'object' || next === null) at[key] = {}
    at = at[key] as Section
  }
  return at
}

/** Sets the value at a path; undefined removes the key. */
export function setAt(config: Section, path: ConfigPath, value: unknown): void {
  const section = sectionAt(config, path.slice(0, -1))
  const key = path.at(-1)!
  if (value === undefined) delete section[key]
  else section[key] = value
}

/** A list of texts at a path; empty where there is none. */
export function textsAt(config: unknown, path: ConfigPath): string[] {
  const value = valueAt(config, path)
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
}
