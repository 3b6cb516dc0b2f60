/** The settings, read from the JSON Schema of config.json: groups, and in them the keys with their kinds and docs. */
import type { ConfigPath } from '../../api/config.ts'

interface Schema {
  type?: string
  description?: string
  format?: string
  default?: unknown
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
}

/** `json`: a list of objects, or names with plain values. */
export type SettingKind = 'text' | 'secret' | 'integer' | 'number' | 'flag' | 'texts' | 'json'

export interface Setting {
  kind: SettingKind
  path: ConfigPath
  about: string
  fallback: unknown
}

/** Objects by names that people choose: providers, subagents, servers. */
export interface SettingMap {
  path: ConfigPath
  about: string
  entry: (name: string) => SettingGroup
}

export interface SettingGroup {
  path: ConfigPath
  about: string
  settings: Setting[]
  maps: SettingMap[]
  groups: SettingGroup[]
}

/** The tree of a schema. */
export function settingTree(schema: unknown): SettingGroup {
  return groupOf(schema as Schema, [])
}

function groupOf({ properties = {}, description = '' }: Schema, path: ConfigPath): SettingGroup {
  const group: SettingGroup = { path, about: description, settings: [], maps: [], groups: [] }
  for (const [key, schema] of Object.entries(properties)) {
    const below = [...path, key]
    const { additionalProperties: values } = schema
    if (schema.properties) {
      const inner = groupOf(schema, below)
      if (count(inner) > 0) group.groups.push(inner)
    } else if (typeof values === 'object' && values.properties) {
      const entry = (name: string) => groupOf(values, [...below, name])
      group.maps.push({ path: below, about: schema.description ?? '', entry })
    } else if (schema.type !== 'object' || typeof values === 'object') group.settings.push(settingOf(schema, below))
  }
  return group
}

function settingOf(schema: Schema, path: ConfigPath): Setting {
  return { kind: kindOf(schema), path, about: schema.description ?? '', fallback: schema.default }
}

function kindOf({ type, format, items }: Schema): SettingKind {
  if (type === 'string') return format === 'password' ? 'secret' : 'text'
  if (type === 'boolean') return 'flag'
  if (type === 'integer' || type === 'number') return type
  return type === 'array' && items?.type === 'string' ? 'texts' : 'json'
}

const count = ({ settings, maps, groups }: SettingGroup): number => settings.length + maps.length + groups.length

/** What of a group speaks of every word of a query; `namesOf` tells which entries a map has. Null when nothing does. */
export function matching(
  group: SettingGroup,
  query: string,
  namesOf: (path: ConfigPath) => readonly string[],
): SettingGroup | null {
  const wanted = query
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(Boolean)
  const speaks = (path: ConfigPath, about: string) => {
    const text = `${path.join(' ')} ${path.join(' ').replaceAll('_', ' ')} ${about}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  }
  const within = (at: SettingGroup): SettingGroup | null => {
    const found: SettingGroup = {
      ...at,
      settings: at.settings.filter(({ path, about }) => speaks(path, about)),
      maps: at.maps.flatMap((map) => {
        if (speaks(map.path, map.about)) return [map]
        const hit = namesOf(map.path).some((name) => within(map.entry(name)) !== null)
        return hit ? [{ ...map, entry: (name: string) => within(map.entry(name)) ?? empty(map, name) }] : []
      }),
      groups: at.groups.flatMap((inner) => within(inner) ?? []),
    }
    return count(found) > 0 ? found : null
  }
  return within(group)
}

const empty = ({ path }: SettingMap, name: string): SettingGroup => ({
  ...{ path: [...path, name], about: '', settings: [], maps: [], groups: [] },
})

/** How many settings a group shows, those of its maps' entries too. */
export function settingCount(group: SettingGroup, namesOf: (path: ConfigPath) => readonly string[]): number {
  const { settings, maps, groups } = group
  const inMaps = maps.flatMap((map) => namesOf(map.path).map((name) => settingCount(map.entry(name), namesOf)))
  const inGroups = groups.map((inner) => settingCount(inner, namesOf))
  return settings.length + [...inMaps, ...inGroups].reduce((sum, each) => sum + each, 0)
}

/** `context_compaction` for people. */
export function keyText(key: string): string {
  const text = key.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The schema says it in words. */
export const needsRestart = ({ about }: Pick<Setting, 'about'>) => /needs a restart/i.test(about)
