import { describe, expect, it } from 'vitest'
import { readForm } from './multipart.ts'

function upload(form: FormData, query = '') {
  return new Request(`http://localhost/${query}`, { method: 'POST', body: form })
}

const typed = (type: string, body = 'x') =>
  new Request('http://localhost/', { method: 'POST', body, headers: { 'Content-Type': type } })

describe('a multipart form', () => {
  it('gives files by the last part of their name, and text fields', async () => {
    const form = new FormData()
    form.set('file', new File(['content'], 'a/b/ü note.txt'))
    form.set('label', 'work')
    const read = await readForm(upload(form), 10_000)
    const file = read.file('file')!
    expect([file.name, await file.data.text()]).toEqual(['ü note.txt', 'content'])
    expect([read.text('label'), read.text('missing')]).toEqual(['work', ''])
  })

  it('has no file where the field came without a filename', async () => {
    const form = new FormData()
    form.set('file', 'just text')
    expect((await readForm(upload(form), 10_000)).file('file')).toBeNull()
  })

  it('lets a query parameter win over a field', async () => {
    const form = new FormData()
    form.set('provider', 'field')
    expect((await readForm(upload(form, '?provider=query'), 10_000)).text('provider')).toBe('query')
  })

  it.each([
    ['application/json', "request Content-Type isn't multipart/form-data"],
    ['multipart/form-data', 'no multipart boundary param in Content-Type'],
    ['multipart/form-data; boundary=x', 'multipart: NextPart: EOF'],
  ])('is refused as %s: %s', async (type, message) => {
    await expect(readForm(typed(type), 10_000)).rejects.toMatchObject({ status: 400, message })
  })

  it('is refused over its limit', async () => {
    const form = new FormData()
    form.set('file', new File(['x'.repeat(2000)], 'a.txt'))
    await expect(readForm(upload(form), 1000)).rejects.toMatchObject({ status: 413 })
  })
})
