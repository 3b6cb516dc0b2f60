import { expect, it } from 'vitest'
import { allows } from './allowlist.ts'
import { toolGroups } from './groups.ts'

it('admits every tool without a list and none with an empty one', () => {
  expect(allows(undefined)('exec')).toBe(true)
  expect(allows([])('read_file')).toBe(false)
  expect(allows([])('skill_exec')).toBe(false)
  expect(allows(['  '])('skill_exec')).toBe(false)
})

it.each(['*', 'all', 'ALL'])('admits every tool with %s', (entry) => {
  expect(allows(['read_file', entry])('exec')).toBe(true)
})

it.each(['files_read', 'group:files_read', '@files_read', 'FILE_READ', 'group:readonly_files', '@ Files_Read'])(
  'reads %s as the group of reading tools',
  (entry) => {
    const allowed = allows([entry])
    expect(allowed('read_file')).toBe(true)
    expect(allowed('list_dir')).toBe(true)
    expect(allowed('write_file')).toBe(false)
  },
)

it('always admits skill_exec in a list that admits something', () => {
  expect(allows(['group:files_read'])('skill_exec')).toBe(true)
})

it('takes single tools and prefixes, and nothing from names it does not know', () => {
  const allowed = allows(['Web_Fetch', 'mcp__github__*', 'group:nonsense', 'group:read_file'])
  expect(allowed('web_fetch')).toBe(true)
  expect(allowed('mcp__github__search')).toBe(true)
  expect(allowed('mcp__gitlab__search')).toBe(false)
  expect(allowed('read_file')).toBe(false)
})

it('lists groups, their aliases and their tools in order', () => {
  const sorted = (list: readonly string[]) => expect(list).toEqual([...list].sort())
  sorted(toolGroups.map((group) => group.name))
  for (const group of toolGroups) {
    sorted(group.tools)
    sorted(group.aliases ?? [])
  }
})
