/**
 * `/api/memory` (gateway-api.md "Memory", api-behaviour.md section 5.10): the files of `memory/`, and `MEMORY.md`, which
 * lies in the workspace's root.
 */
import * as z from 'zod'
import { notFound } from '../errors.ts'
import { comparePaths, FileError, type Files } from '../files/index.ts'
import { type Route, route, text } from '../http/index.ts'
import {
  expectation,
  preconditionsOf,
  READ_REFUSALS,
  readAnswer,
  readText,
  TEXT_BODY_LIMIT,
  textBody,
  textPath,
  versioned,
  WRITE_REFUSALS,
  writeText,
} from '../workspace/index.ts'
import { LONG_TERM } from './namespace.ts'

const FOLDER = 'memory'

/** Routes that list, read, write and delete the memory files of a workspace. */
export function memoryRoutes(workspace: () => Files): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/memory',
      tag: 'Memory',
      summary: 'List the memory files, or read one',
      description: 'The `ETag` of a file is for `If-Match` of a write.',
      query: z.object({
        path: text().describe(
          'Relative to `memory/`; `MEMORY.md` is the one in the root of the workspace. Default: list.',
        ),
      }),
      responses: {
        200: {
          description: 'The paths in order, or one file.',
          schema: z.union([
            z.object({ ok: z.literal(true), files: z.array(z.string()) }),
            z.object({ ok: z.literal(true), path: z.string(), content: z.string() }),
          ]),
        },
        404: { description: 'There is no such file.' },
        ...READ_REFUSALS,
      },
      async handle({ c, query }) {
        if (query.path === '') return { ok: true, files: await memoryFiles(workspace()) }
        const path = textPath(query.path)
        const file = await readText(workspace(), placeOf(path))
        if (!file) throw missing(path)
        return readAnswer({ ok: true, path, content: file.text }, file.version, c.req.header('if-none-match'))
      },
    }),
    route({
      method: 'POST',
      path: '/api/memory',
      tag: 'Memory',
      summary: 'Write a memory file',
      description:
        'Replaces the whole file at once and makes its folders. With `If-Match: <ETag>` only if nobody has changed it since, with ' +
        '`If-None-Match: *` only if there is none.',
      body: textBody,
      bodyLimit: TEXT_BODY_LIMIT,
      responses: {
        200: { description: 'Written.', schema: z.object({ ok: z.literal(true), path: z.string() }) },
        ...WRITE_REFUSALS,
      },
      async handle({ c, body }) {
        const path = textPath(body.path)
        const when = preconditionsOf((name) => c.req.header(name))
        const { version } = await writeText(workspace(), placeOf(path), body.content ?? '', when)
        return versioned({ ok: true, path }, version)
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/memory',
      tag: 'Memory',
      summary: 'Delete a memory file',
      description: 'Also an empty folder. `If-Match` as for a write.',
      query: z.object({ path: text().describe('Relative to `memory/`, or `MEMORY.md`.') }),
      responses: {
        200: {
          description: 'Deleted.',
          schema: z.object({ ok: z.literal(true), deleted: z.literal(true), path: z.string() }),
        },
        400: { description: '`invalid path`' },
        404: { description: 'There is no such file.' },
        409: { description: 'The folder is not empty.' },
        412: { description: '`If-Match` does not hold: read the file again.' },
      },
      async handle({ c, query }) {
        const path = textPath(query.path)
        const files = workspace()
        const place = placeOf(path)
        if (!(await files.stat(place))) throw missing(path)
        await expectation(files, place, { ifMatch: c.req.header('if-match') })
        await files.remove(place)
        return { ok: true, deleted: true, path }
      },
    }),
  ]
}

const placeOf = (path: string) => (path === LONG_TERM ? path : `${FOLDER}/${path}`)
const missing = (path: string) => notFound(`memory file not found: ${path}`)

/** Sorted by path. A `memory/MEMORY.md` of an older home is not among them: that name means the one in the root. */
async function memoryFiles(files: Files): Promise<string[]> {
  const paths = new Set<string>()
  try {
    for await (const { kind, path } of files.list(FOLDER, { recursive: true })) {
      if (kind === 'file') paths.add(path.slice(FOLDER.length + 1))
    }
  } catch (error) {
    if (!(error instanceof FileError && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))) throw error
  }
  paths.delete(LONG_TERM)
  if ((await files.stat(LONG_TERM))?.kind === 'file') paths.add(LONG_TERM)
  return [...paths].sort(comparePaths)
}
