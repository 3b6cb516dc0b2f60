import { describe, expect, it } from 'vitest'
import { disposition, shownType } from './download.ts'

const bytes = (...parts: Array<string | number[]>) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : part)))

describe('shownType', () => {
  it.each([
    [
      'image/png',
      bytes([0x89], 'PNG\r\n', [0x1a, 0x0a, 0, 0, 0, 13], 'IHDR', new Array<number>(17).fill(0), [0, 0, 0, 0], 'IDAT'),
    ],
    ['image/jpeg', bytes([0xff, 0xd8, 0xff, 0xe0])],
    ['image/gif', bytes('GIF89a')],
    ['image/webp', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ')],
    ['image/avif', bytes([0, 0, 0, 0x1c], 'ftypavif', [0, 0, 0, 0], 'avifmif1')],
    ['audio/mpeg', bytes('ID3', [4, 0, 0, 0, 0, 0, 0], [0xff, 0xfb, 0x90, 0x64], new Array<number>(64).fill(0))],
    ['video/mp4', bytes([0, 0, 0, 0x18], 'ftypisom', [0, 0, 2, 0], 'isommp41')],
  ])('knows %s', async (type, head) => {
    expect(await shownType(head)).toBe(type)
  })

  it.each([
    ['nothing', bytes()],
    ['a page', bytes('<!doctype html><script>alert(1)</script>')],
    ['a drawing that can run scripts', bytes('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a PDF', bytes('%PDF-1.7')],
    ['an archive', bytes('PK', [3, 4, 20, 0])],
    ['an image that breaks off in its header', bytes([0x89], 'PNG\r\n', [0x1a])],
  ])('shows no %s', async (_, head) => {
    expect(await shownType(head)).toBeNull()
  })
})

describe('disposition', () => {
  it('names the file as it was sent, in both forms where one of them cannot', () => {
    expect(disposition('inline', '1770000000000_0123456789ab_a_b.txt')).toBe('inline; filename="a_b.txt"')
    expect(disposition('attachment', '1770000000000_0123456789ab_Grüße.md')).toBe(
      `attachment; filename="Gru_e.md"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.md`,
    )
  })
})
