import { describe, expect, it } from 'vitest'
import { fnv1a, ToolNames, toolName } from './names.ts'

describe('names of remote tools', () => {
  it.each([
    ['Context7 Server', 'resolve-library.id', 'mcp__context7_server__resolve_library_id'],
    [' github ', 'create_issue', 'mcp__github__create_issue'],
    ['天気', '--', 'mcp__tool__tool'],
    ['a__b', '_c_', 'mcp__a__b__c'],
  ])('make %j and %j into %s', (server, tool, name) => {
    expect(toolName(server, tool)).toBe(name)
  })

  it('end a long name in the hash of what it stands for', () => {
    const long = toolName('server', 'x'.repeat(80))
    const hash = fnv1a(`server::${'x'.repeat(80)}`).toString(16)
    expect(long).toHaveLength(64)
    expect(long).toMatch(/^mcp__server__x+_[0-9a-f]+$/)
    expect(long.endsWith(`_${hash}`)).toBe(true)
    expect(toolName('server', `${'x'.repeat(80)}y`)).not.toBe(long)
  })

  it('hash as FNV-1a does, by bytes', () => {
    // The test vectors of the FNV specification.
    expect(fnv1a('')).toBe(0x811c9dc5)
    expect(fnv1a('a')).toBe(0xe40c292c)
    expect(fnv1a('foobar')).toBe(0xbf9cf968)
    expect(fnv1a('é')).not.toBe(fnv1a('e'))
  })

  it('number duplicates, also the third, and never take a name twice', () => {
    const names = new ToolNames()
    expect(['a-b', 'a.b', 'a b'].map((tool) => names.next('s', tool))).toEqual([
      'mcp__s__a_b',
      'mcp__s__a_b_2',
      'mcp__s__a_b_3',
    ])
    const long = 'y'.repeat(100)
    const [first, second] = [names.next('s', long), names.next('s', long)]
    expect(second).toHaveLength(64)
    expect(second).toMatch(/_2$/)
    expect(second).not.toBe(first)
  })
})
