import { describe, expect, it } from 'vitest'
import { isImageName, mayBeGone, uploadAddress, uploadName } from './upload-path.ts'

const DAY = 24 * 3600_000

describe('the path of an upload', () => {
  it.each([
    ['/uploads/1770000000000_0123456789ab_a_b.png', 'a_b.png'],
    ['/home/ann/.clawgo/uploads/1770000000000_0123456789ab_日本.txt', '日本.txt'],
    ['C:\\clawgo/uploads/1770000000000_0123456789ab_x', 'x'],
  ])('leads to its file and its name: %s', (path, name) => {
    expect([uploadName(path), uploadAddress(path)]).toEqual([name, `/api/upload?path=${encodeURIComponent(path)}`])
  })

  it.each([
    '/etc/passwd',
    'photo.jpg',
    'https://x.example/uploads/a.png',
    '/uploads/1770000000000_0123456789ab_a/b',
    '',
  ])('is none that leads anywhere: %s', (path) => {
    expect([uploadName(path), uploadAddress(path)]).toEqual([path.split('/').at(-1), null])
  })

  it('tells when the gateway may have removed the file', () => {
    const path = '/uploads/1770000000000_0123456789ab_a.png'
    expect(mayBeGone(path, 1_770_000_000_000 + 7 * DAY - 1)).toBe(false)
    expect(mayBeGone(path, 1_770_000_000_000 + 7 * DAY)).toBe(true)
    expect(mayBeGone('/etc/passwd', Number.MAX_SAFE_INTEGER)).toBe(false)
  })
})

describe('isImageName', () => {
  it('knows the images that browsers show, and no drawings with scripts', () => {
    expect(['a.png', 'B.JPG', 'c.jpeg', 'd.gif', 'e.webp', 'f.avif'].every(isImageName)).toBe(true)
    expect(['a.svg', 'a.png.txt', 'png', 'a.heic', ''].some(isImageName)).toBe(false)
  })
})
