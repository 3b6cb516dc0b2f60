import { describe, expect, it } from 'vitest'
import { decodeText, looksBinary, SNIFF_BYTES } from './text.ts'

const utf8 = new TextEncoder()
const bytes = (...list: number[]) => new Uint8Array(list)

describe('decodeText', () => {
  it('reads UTF-8, keeps line ends, and tells of a byte order mark', () => {
    expect(decodeText(utf8.encode('Grüße\r\n😀'))).toEqual({ text: 'Grüße\r\n😀', encoding: 'utf-8', bom: false })
    expect(decodeText(utf8.encode('\ufeffé'))).toEqual({ text: 'é', encoding: 'utf-8', bom: true })
    expect(decodeText(bytes())).toEqual({ text: '', encoding: 'utf-8', bom: false })
  })

  it('reads UTF-16 by its byte order mark', () => {
    expect(decodeText(bytes(0xff, 0xfe, 0x41, 0, 0xe9, 0))).toEqual({ text: 'Aé', encoding: 'utf-16le', bom: true })
    expect(decodeText(bytes(0xfe, 0xff, 0, 0x41))).toEqual({ text: 'A', encoding: 'utf-16be', bom: true })
  })

  it('uses the named charset for what is not UTF-8', () => {
    expect(decodeText(bytes(0x47, 0x72, 0xfc, 0xdf, 0x65), 'ISO-8859-1')?.text).toBe('Grüße')
    expect(decodeText(bytes(0xc4, 0xe3, 0xba, 0xc3), 'gb18030')).toEqual({
      text: '你好',
      encoding: 'gb18030',
      bom: false,
    })
    expect(decodeText(bytes(0x1b, 0x24, 0x42, 0x46, 0x7c, 0x1b, 0x28, 0x42), 'iso-2022-jp')?.text).toBe('日')
    expect(decodeText(bytes(0x41, 0), 'utf-16le')?.text).toBe('A')
  })

  it('believes valid UTF-8 more than a label', () => {
    expect(decodeText(utf8.encode('Grüße'), 'windows-1252')).toMatchObject({ text: 'Grüße', encoding: 'utf-8' })
  })

  it('answers null for binary content, and for an encoding nobody named', () => {
    expect(decodeText(bytes(0x89, 0x50, 0x4e, 0x47, 0, 0))).toBeNull()
    expect(decodeText(bytes(0x47, 0xfc))).toBeNull()
    expect(decodeText(bytes(0x47, 0xfc), 'no-such-charset')).toBeNull()
    expect(decodeText(bytes(0x81), 'shift_jis')).toBeNull()
    expect(decodeText(bytes(0xff, 0xfe, 0x00, 0xd8, 0x41, 0))).toBeNull()
  })
})

describe('looksBinary', () => {
  it('knows text in any encoding, also when the cut splits a character', () => {
    expect(looksBinary(bytes())).toBe(false)
    expect(looksBinary(utf8.encode('é'.repeat(SNIFF_BYTES)).subarray(1, 1))).toBe(false)
    expect(looksBinary(utf8.encode(`x${'é'.repeat(SNIFF_BYTES)}`).subarray(0, SNIFF_BYTES))).toBe(false)
    expect(looksBinary(bytes(0xff, 0xfe, 0x41, 0))).toBe(false)
    expect(looksBinary(bytes(0xc4, 0xe3, 0xba, 0xc3, 0x0a))).toBe(false)
    expect(looksBinary(utf8.encode('\u001b[31mred\u001b[0m\t\r\n'))).toBe(false)
  })

  it('knows binary content', () => {
    expect(looksBinary(bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0))).toBe(true)
    expect(looksBinary(bytes(0x1f, 0x8b, 0x08, 0x08, 0x9c, 0x01))).toBe(true)
  })
})
