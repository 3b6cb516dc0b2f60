import { expect, it } from 'vitest'
import { matching, needsRestart, type SettingGroup, settingCount, settingTree } from './setting-tree.ts'

const text = (description: string) => ({ type: 'string', default: '', description })
const provider = {
  type: 'object',
  properties: {
    api_key: { ...text('API key.'), format: 'password' },
    oauth: { type: 'object', properties: { client_id: text("Overrides the flow's client.") } },
  },
}
/** Of the gateway's own schema, one of each kind. */
const tree = settingTree({
  type: 'object',
  properties: {
    agents: {
      type: 'object',
      properties: {
        temperature: { type: 'number', default: 0.7 },
        fallbacks: { type: 'array', items: { type: 'string' }, default: [] },
        rules: { type: 'array', items: { type: 'object' }, default: [] },
      },
    },
    models: { type: 'object', properties: { providers: { type: 'object', additionalProperties: provider } } },
    gateway: {
      type: 'object',
      properties: {
        host: text('Address to listen on. Needs a restart.'),
        port: { type: 'integer', default: 18790, description: 'Port to listen on. Needs a restart.' },
        token: { ...text('Token of the API.'), format: 'password' },
      },
    },
    tools: {
      type: 'object',
      properties: {
        enabled: { type: 'boolean', default: true },
        env: { type: 'object', additionalProperties: { type: 'string' } },
        filesystem: { type: 'object', properties: {} },
        search: { type: 'object', properties: { api_key: { ...text('Key of the search.'), format: 'password' } } },
      },
    },
  },
})
const names = (path: readonly string[]) => (path.join('.') === 'models.providers' ? ['mine'] : [])

const all = (group: SettingGroup): string[] => [
  ...group.settings.map(({ path, kind }) => `${path.join('.')}: ${kind}`),
  ...group.maps.flatMap((map) => all(map.entry('x'))),
  ...group.groups.flatMap(all),
]

it('knows every key by its kind', () => {
  expect(all(tree)).toEqual([
    'agents.temperature: number',
    'agents.fallbacks: texts',
    'agents.rules: json',
    'models.providers.x.api_key: secret',
    'models.providers.x.oauth.client_id: text',
    'gateway.host: text',
    'gateway.port: integer',
    'gateway.token: secret',
    'tools.enabled: flag',
    'tools.env: json',
    'tools.search.api_key: secret',
  ])
})

it('finds settings by words of their keys and their docs, also in entries that people named', () => {
  expect(all(matching(tree, 'key search', names)!)).toEqual(['tools.search.api_key: secret'])
  expect(settingCount(matching(tree, 'mine api_key', names)!, names)).toBe(1)
  expect(settingCount(matching(tree, 'gateway.port', names)!, names)).toBe(1)
  expect(matching(tree, 'no such thing at all', names)).toBeNull()
})

it('tells what needs a restart', () => {
  const gateway = tree.groups.find(({ path }) => path[0] === 'gateway')!
  expect(gateway.settings.filter(needsRestart).map(({ path }) => path[1])).toEqual(['host', 'port'])
})
