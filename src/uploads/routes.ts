/** `/api/upload`: a file comes in (gateway-api.md "Upload", api-behaviour.md section 5.5), and can be seen again. */
import * as z from 'zod'
import { badRequest, notFound } from '../errors.ts'
import { type Route, route } from '../http/index.ts'
import { downloadAnswer } from './download.ts'
import { MultipartReader } from './multipart.ts'
import { MAX_UPLOAD_BYTES, type StoredUpload, type Uploads } from './store.ts'

/** The file and what a form may hold beside it. */
const MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024

export function uploadRoutes(uploads: Uploads): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/upload',
      scope: 'chat',
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
    route({
      method: 'GET',
      path: '/api/upload',
      scope: ['chat', 'read'],
      tag: 'Upload',
      summary: 'The content of an upload',
      description:
        'Images (PNG, JPEG, GIF, WebP, AVIF), sound and film come with their type, to be shown; everything else as a download. The type ' +
        'is told by the content. An upload never changes, so a client may keep it.',
      query: z.object({ path: z.string().optional().describe('The `path` that the upload was answered with.') }),
      responses: {
        200: { description: 'The bytes.', contentType: 'application/octet-stream' },
        304: { description: 'The `ETag` is among those of `If-None-Match`.' },
        400: { description: '`path required`' },
        404: { description: 'The path is no upload, or the upload has been removed.' },
      },
      async handle({ c, query: { path } }) {
        if (!path) throw badRequest('path required')
        const upload = await uploads.find(path)
        if (upload === null) throw notFound('no such upload: it may have been removed, 7 days after it was last used')
        return downloadAnswer(upload, uploads, c.req.header('if-none-match'))
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
