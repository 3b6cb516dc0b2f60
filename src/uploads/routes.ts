/** `POST /api/upload` (gateway-api.md "Upload", api-behaviour.md section 5.5). */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { type Route, route } from '../http/index.ts'
import { MultipartReader } from './multipart.ts'
import { MAX_UPLOAD_BYTES, type StoredUpload, type Uploads } from './store.ts'

/** The file and what a form may hold beside it. */
const MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024

export function uploadRoutes(uploads: Uploads): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/upload',
      tag: 'Upload',
      summary: 'Upload a file to use as `media` of a message',
      description:
        'A `multipart/form-data` body with the file in the field `file`, at most 100 MB; other fields are ignored. Pass the `path` of ' +
        'the answer as `media` of `POST /api/chat`: images and text reach the model, and every file is put into the `uploads/` folder ' +
        'of the workspace. An upload is removed 7 days after it came, or after a message last used it.',
      reads: { 'multipart/form-data': z.object({ file: z.string().meta({ format: 'binary' }) }) },
      responses: {
        200: {
          description: 'Stored.',
          schema: z.object({
            ok: z.literal(true),
            path: z.string().describe('What to pass as `media`.'),
            name: z.string().describe('The name the file was sent under, without folders.'),
          }),
        },
        400: { description: '`file required`, or why the body is no multipart form.' },
        413: { description: 'The file is larger than 100 MB.' },
      },
      async handle({ c }) {
        const { name, path } = await receive(c.req.raw, uploads)
        return { ok: true, path, name }
      },
    }),
  ]
}

/** Stores the form's first file called `file`; it stays only if the whole form is sound. */
async function receive(request: Request, uploads: Uploads): Promise<{ name: string; path: string }> {
  const form = new MultipartReader(request, MAX_BODY_BYTES)
  let saved: (StoredUpload & { name: string }) | undefined
  try {
    for (let part = await form.next(); part; part = await form.next()) {
      const { name, filename, content } = part
      if (!saved && name === 'file' && filename) saved = { ...(await uploads.save(filename, content)), name: filename }
    }
  } catch (error) {
    if (saved) await uploads.discard(saved.stored)
    throw error
  } finally {
    form.close()
  }
  if (!saved) throw badRequest('file required')
  return saved
}
