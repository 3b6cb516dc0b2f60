import { describe, expect, it } from 'vitest'
import { callResult, prettyJson, resultText } from './result-text.ts'
import { descriptionOf, parametersOf, readTools } from './tool-info.ts'

const text = (result: unknown) => resultText(callResult.parse(result))
const base64 = 'QUJD'.repeat(1024)

describe('a result as text', () => {
  it('joins texts by blank lines', () => {
    const content = ['one', 'two'].map((each) => ({ type: 'text', text: each }))
    expect(text({ content })).toBe('one\n\ntwo')
  })

  it('says what images, sounds and files are, and leaves their bytes out', () => {
    const content = [
      { type: 'image', data: base64, mimeType: 'image/png' },
      { type: 'audio', data: 'QUI=', mimeType: 'audio/wav' },
      { type: 'resource', resource: { uri: 'file:///a.bin', blob: base64 } },
      { type: 'resource', resource: { uri: 'file:///a.txt', text: 'read me' } },
    ]
    expect(text({ content }).split('\n\n')).toEqual([
      '[image: image/png, 3 KB, not shown]',
      '[audio: audio/wav, 2 bytes, not shown]',
      '[resource file:///a.bin: unknown type, 3 KB, not shown]',
      '[resource file:///a.txt]\nread me',
    ])
  })

  it('shows links and kinds it does not know as JSON, without bytes in them', () => {
    const link = { type: 'resource_link', uri: 'file:///a', name: 'a' }
    expect(JSON.parse(text({ content: [link] }))).toEqual(link)
    const odd = text({
      content: [{ type: 'hologram', parts: [{ type: 'image', data: base64, mimeType: 'image/png' }] }],
    })
    expect(odd).toContain('hologram')
    expect(odd).not.toContain('QUJDQUJD')
  })

  it('adds structured content, unless a text said the same', () => {
    const structuredContent = { sum: 3 }
    expect(text({ content: [{ type: 'text', text: 'three' }], structuredContent })).toBe('three\n\n{\n  "sum": 3\n}')
    expect(text({ content: [{ type: 'text', text: '{"sum":3}' }], structuredContent })).toBe('{"sum":3}')
    expect(text({ content: [{ type: 'text', text: 'x' }], structuredContent: {} })).toBe('x')
  })

  it('shows a result without content as it is', () => {
    expect(JSON.parse(text({ more: 1 }))).toEqual({ content: [], more: 1 })
  })

  it('keeps data that is no image', () => {
    expect(prettyJson({ data: 'QUJD', type: 'note' })).toContain('QUJD')
  })
})

describe('a tool as its server describes it', () => {
  it('is read whatever is odd about its neighbours', () => {
    const odd = [null, { name: '' }, { name: 'a', inputSchema: 'x' }, { name: 'b', description: 5, annotations: 'x' }]
    const { tools, unreadable } = readTools(odd)
    expect(unreadable).toBe(2)
    expect(tools.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(parametersOf(tools[0]!)).toEqual({ type: 'object', properties: {} })
  })

  it('keeps its schema, completed', () => {
    const inputSchema = {
      $schema: 'x',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    }
    expect(parametersOf({ name: 't', inputSchema })).toEqual({
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    })
  })

  it('says where it comes from', () => {
    const inputSchema = {}
    expect(descriptionOf('S', { name: 't', description: ' Does it. ', inputSchema })).toBe(
      'Does it. (MCP server: S, remote tool: t)',
    )
    expect(descriptionOf('S', { name: 't', inputSchema })).toBe('Proxy to MCP tool "t" on server "S".')
    expect(descriptionOf('S', { name: 't', description: 'x'.repeat(9000), inputSchema }).length).toBeLessThan(4100)
  })
})
