/** Multipart forms, for uploads and imports (api-behaviour.md section 2.6). */
import { badRequest } from '../errors.ts'
import { readBytes } from './body.ts'
import { readQuery } from './query.ts'

export interface Form {
  /** A text field; a query parameter of the same name wins. Absent: empty. */
  text(name: string): string
  /** A file and its name's last path component; null when the field is missing or came without a filename. */
  file(name: string): { name: string; data: Blob } | null
}

/** Reads a form of at most `limit` bytes into memory; 413 over it, 400 when it is no sound form. */
export async function readForm(request: Request, limit: number): Promise<Form> {
  const type = request.headers.get('content-type') ?? ''
  if (type.split(';', 1)[0]!.trim().toLowerCase() !== 'multipart/form-data') {
    throw badRequest("request Content-Type isn't multipart/form-data")
  }
  if (!/;\s*boundary=/i.test(type)) throw badRequest('no multipart boundary param in Content-Type')
  const body = await readBytes(request, limit)
  const form = await new Response(body as Uint8Array<ArrayBuffer>, { headers: { 'Content-Type': type } })
    .formData()
    .catch((cause: unknown) => {
      throw badRequest('multipart: NextPart: EOF', { cause })
    })
  const query = readQuery(request.url)
  return {
    text(name) {
      const value = query.get(name) ?? form.get(name)
      return typeof value === 'string' ? value : ''
    },
    file(name) {
      const value: unknown = form.get(name)
      if (!(value instanceof File) || value.name === '') return null
      return { name: value.name.slice(value.name.lastIndexOf('/') + 1), data: value }
    },
  }
}
