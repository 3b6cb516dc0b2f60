import { describe, expect, it } from 'vitest'
import { logFolderIn, withWorkspace } from './room.ts'

describe('a config that comes from another home', () => {
  const own = '/home/a/.clawgo/workspace'
  const naming = (workspace: string) => JSON.stringify({ agents: { defaults: { workspace, max_tokens: 5 } }, x: 1 })

  it('names the workspace of this home, and is otherwise as it was', () => {
    const changed = JSON.parse(withWorkspace(naming('/elsewhere/ws'), own, own))
    expect(changed).toEqual({ agents: { defaults: { workspace: own, max_tokens: 5 } }, x: 1 })
  })

  it('is not touched, to the byte, where it means that one already', () => {
    for (const text of [naming(own), '{"agents": {}}', '{}  ', 'no json'])
      expect(withWorkspace(text, own, own)).toBe(text)
    expect(withWorkspace('{}', '/elsewhere/ws', own)).toContain('/elsewhere/ws')
  })
})

it('finds the log folder in the home, however the config writes it', () => {
  const files = { root: '/home/a/.clawgo' } as Parameters<typeof logFolderIn>[0]['files']
  const at = (dir: string) => logFolderIn({ files, env: { HOME: '/home/a' } }, dir)
  expect(['/home/a/.clawgo/logs/', '~/.clawgo/my/logs', 'logs'].map(at)).toEqual(['logs', 'my/logs', 'logs'])
  expect(['/var/log', '~/elsewhere'].map(at)).toEqual(['', ''])
})
