/** `/api/transfer/*`: a gateway leaves in the portable form, or comes in it. For the owner alone, and never in clear. */
import type { Context } from 'hono'
import * as z from 'zod'
import { badRequest, GatewayError } from '../errors.ts'
import { isLoopbackHost, json, type Route, readBytes, route } from '../http/index.ts'
import type { SqlValue } from '../platform.ts'
import type { ChunkRef, Exporter } from './exporter.ts'
import { FILE_CHUNK, MAX_CHUNK, MAX_MANIFEST, manifestSchema } from './format.ts'
import type { Imported, Loading } from './importer.ts'

export interface TransferDeps {
  exporter: Pick<Exporter, 'manifest' | 'chunk'>
  importer: {
    begin(manifest: z.output<typeof manifestSchema>, options: { replace: boolean }): Promise<string[]>
    put(sha256: string, bytes: Uint8Array): Promise<void>
    abort(): Promise<void>
  }
  /**
   * Commits and reopens the gateway, one portion of work a call; `reopened` is false where its host must restart it. With
   * the digest of the import that was the last one it only says so.
   */
  commit(digest?: string): Promise<(Imported & { reopened: boolean }) | Loading>
}

const tag = 'Transfer'
const done = z.object({ ok: z.literal(true) })
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in hexadecimal')
const whole = z
  .string()
  .regex(/^\d{1,15}$/, 'is no whole number')
  .transform(Number)

export function transferRoutes({ exporter, importer, commit }: TransferDeps): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/transfer/manifest',
      tag,
      scope: [],
      summary: 'Everything this gateway is made of, with checksums',
      description:
        'Tables and files, each with its chunks. Credentials are in it as they are inside. It is one moment when two manifests in a row ' +
        'have the same `digest`.',
      responses: {
        200: { description: 'The manifest.', schema: manifestSchema },
        403: { description: 'The connection is neither encrypted nor of this machine.' },
        409: { description: 'Turns are running, sessions are still moving in, or a credential cannot be opened.' },
      },
      handle: ({ c }) => {
        checkPrivate(c)
        return exporter.manifest()
      },
    }),
    route({
      method: 'GET',
      path: '/api/transfer/chunk',
      tag,
      scope: [],
      summary: 'The bytes of one chunk, as they are now',
      description: '`table`, `after` (JSON) and `rows` of a chunk of rows; or `path`, `offset` and `length` of a file.',
      query: z.object({
        table: z.string().optional(),
        after: z.string().optional(),
        rows: whole.optional(),
        path: z.string().optional(),
        offset: whole.optional(),
        length: whole.optional(),
      }),
      responses: {
        200: { description: 'The bytes; compare their SHA-256.', contentType: 'application/octet-stream' },
        400: { description: 'Neither a piece of a table nor of a file.' },
        403: { description: 'The connection is neither encrypted nor of this machine.' },
        404: { description: 'No such table or file, or one that does not travel.' },
      },
      handle: async ({ c, query }) => {
        checkPrivate(c)
        const bytes = await exporter.chunk(refOf(query))
        return new Response(bytes as Uint8Array<ArrayBuffer>, {
          headers: { 'content-type': 'application/octet-stream' },
        })
      },
    }),
    route({
      method: 'POST',
      path: '/api/transfer/begin',
      tag,
      summary: 'Begin to take a gateway in, or go on with it',
      body: z.object({
        manifest: manifestSchema,
        replace: z
          .boolean()
          .optional()
          .describe('Replace what this gateway holds; without it one that was used refuses.'),
      }),
      bodyLimit: MAX_MANIFEST,
      responses: {
        200: {
          description: 'The checksums of the chunks that are still to come.',
          schema: done.extend({ missing: z.array(z.string()) }),
        },
        400: { description: 'The manifest does not add up, or names what cannot be made here.' },
        403: { description: 'The connection is neither encrypted nor of this machine.' },
        409: { description: 'This gateway was used and `replace` is not given, or the versions differ.' },
        413: { description: 'The files are more than this gateway may hold.' },
      },
      handle: async ({ c, body }) => {
        checkPrivate(c)
        return { ok: true, missing: await importer.begin(body.manifest, { replace: body.replace === true }) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/transfer/chunk',
      tag,
      summary: 'Hand over one chunk',
      query: z.object({ sha256: digest }),
      reads: { 'application/octet-stream': z.string().meta({ format: 'binary' }) },
      bodyLimit: MAX_CHUNK,
      responses: {
        200: { description: 'It is kept; the same chunk again changes nothing.', schema: done },
        400: { description: 'Its bytes are not what its checksum says, or no part of what was begun.' },
        403: { description: 'The connection is neither encrypted nor of this machine.' },
        409: { description: 'Nothing has begun.' },
        413: { description: 'It is larger than a chunk may be.' },
      },
      handle: async ({ c, query }) => {
        checkPrivate(c)
        await importer.put(query.sha256, await readBytes(c.req.raw, MAX_CHUNK))
        return { ok: true }
      },
    }),
    route({
      method: 'POST',
      path: '/api/transfer/commit',
      tag,
      summary: 'Verify what came, and become it',
      description:
        'Until it is verified nothing is touched. Then all tables change at once, the files follow (also over a crash), and the gateway ' +
        'opens anew: its token may be another afterwards. Much is laid ready in portions: after 202, ask again. Whoever lost the ' +
        'answer asks again with the `digest` of the manifest, and is told that it is done.',
      query: z.object({ digest: digest.optional() }),
      responses: {
        200: {
          description: 'What this gateway holds now.',
          schema: done.extend({
            sessions: z.int(),
            messages: z.int(),
            rows: z.int(),
            files: z.int(),
            bytes: z.int(),
            digest: z.string(),
            reopened: z.boolean().describe('False: whoever runs this gateway must restart it.'),
          }),
        },
        202: {
          description: 'So many parts of all are laid ready: ask again.',
          schema: done.extend({ loaded: z.int(), of: z.int() }),
        },
        400: { description: 'Something did not arrive as it was sent.' },
        403: { description: 'The connection is neither encrypted nor of this machine.' },
        409: {
          description:
            'Chunks are missing, nothing has begun, or the gateway was used since and `replace` was not given.',
        },
      },
      handle: async ({ c, query }) => {
        checkPrivate(c)
        const result = { ok: true, ...(await commit(query.digest)) }
        return 'loaded' in result ? json(result, { status: 202 }) : result
      },
    }),
    route({
      method: 'POST',
      path: '/api/transfer/abort',
      tag,
      summary: 'Give a transfer up and remove what came for it',
      responses: { 200: { description: 'Nothing is left of it.', schema: done } },
      handle: async () => {
        await importer.abort()
        return { ok: true }
      },
    }),
  ]
}

/** Everything secret of a gateway travels here: over TLS, or within this machine. */
function checkPrivate(c: Context): void {
  const { protocol, hostname } = new URL(c.req.url)
  if (protocol === 'https:' || isLoopbackHost(hostname)) return
  if (c.req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https') return
  throw new GatewayError(
    403,
    'not_private',
    'a transfer carries every secret of this gateway: use https, or run it on its machine',
  )
}

function refOf(query: {
  table?: string | undefined
  after?: string | undefined
  rows?: number | undefined
  path?: string | undefined
  offset?: number | undefined
  length?: number | undefined
}): ChunkRef {
  const { table, after, rows, path, offset = 0, length = FILE_CHUNK } = query
  if (table) return { table, after: keyOf(after), rows: Math.max(1, rows ?? 1) }
  if (path) return { path, offset, length }
  throw badRequest('name a table or a path')
}

const key = z.array(z.union([z.string(), z.number(), z.null()])).nullable()

function keyOf(text: string | undefined): readonly SqlValue[] | null {
  if (!text) return null
  try {
    return key.parse(JSON.parse(text))
  } catch {
    throw badRequest('`after` is no key')
  }
}
