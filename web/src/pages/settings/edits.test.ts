import { expect, it } from 'vitest'
import { applied, type Edits, placed, withEdit } from './edits.ts'

const config = { gateway: { port: 1, host: 'a' }, models: { providers: { mine: { api_key: '****', timeout_sec: 5 } } } }
const none: Edits = new Map()

it('lays changes over the config and leaves the rest, and the config itself, as it is', () => {
  const port = withEdit(none, config, { path: ['gateway', 'port'], value: 2 })
  const both = withEdit(port, config, { path: ['models', 'providers', 'mine', 'timeout_sec'], value: undefined })
  expect(applied(config, both)).toEqual({
    gateway: { port: 2, host: 'a' },
    models: { providers: { mine: { api_key: '****' } } },
  })
  expect(config.gateway.port).toBe(1)
})

it('is no change when it is as it was', () => {
  const port = withEdit(none, config, { path: ['gateway', 'port'], value: 2 })
  expect(withEdit(port, config, { path: ['gateway', 'port'], value: 1 }).size).toBe(0)
})

it('forgets changes below what is removed', () => {
  const edits = withEdit(none, config, { path: ['models', 'providers', 'mine', 'timeout_sec'], value: 9 })
  const removed = withEdit(edits, config, { path: ['models', 'providers', 'mine'], value: undefined })
  expect([...removed.values()]).toEqual([{ path: ['models', 'providers', 'mine'], value: undefined }])
})

it('puts refusals at the settings they name', () => {
  const paths = [
    ['gateway', 'port'],
    ['gateway', 'allowed_origins'],
    ['agents', 'defaults', 'model'],
  ]
  const { at, rest } = placed(
    [
      'gateway.port must be in 1..65535',
      'gateway.allowed_origins[1] must be an origin such as https://example.com',
      'decode config: json: cannot unmarshal string into field gateway.port of type int',
      'something else',
    ],
    paths,
  )
  expect(at.get('["gateway","port"]')).toBe(
    'gateway.port must be in 1..65535\ndecode config: json: cannot unmarshal string into field gateway.port of type int',
  )
  expect(at.get('["gateway","allowed_origins"]')).toContain('must be an origin')
  expect(rest).toEqual(['something else'])
})
