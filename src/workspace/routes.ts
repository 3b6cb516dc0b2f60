/** `/api/workspace_file` and `/api/workspace_docs` (gateway-api.md "Workspace File", api-behaviour.md section 5.10). */
import * as z from 'zod'
import { badRequest, notFound } from '../errors.ts'
import type { Files } from '../files/index.ts'
import { type Route, route, text } from '../http/index.ts'
import { READ_REFUSALS, readAnswer, textBody, versioned, WRITE_REFUSALS } from './answers.ts'
import { folderRoute } from './folder-route.ts'
import { expectation, preconditionsOf, unlessStale } from './preconditions.ts'
import { readText, TEXT_BODY_LIMIT, textPath, writeText } from './text-files.ts'

/** The documents that every workspace may have, in the order of lists. */
const DOCUMENTS = [
  'AGENTS.md',
  'BOOT.md',
  'BOOTSTRAP.md',
  'HEARTBEAT.md',
  'IDENTITY.md',
  'MEMORY.md',
  'SOUL.md',
  'TOOLS.md',
  'USER.md',
] as const

const content = z.object({ ok: z.literal(true), path: z.string(), content: z.string() })

/** Routes that read and write the text files of a workspace. */
export function workspaceRoutes(workspace: () => Files): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/workspace_file',
      tag: 'Workspace',
      summary: 'Read a text file of the workspace',
      description:
        'A missing file is no error: `found` is false. The `ETag` of the answer is for `If-Match` of a write.',
      query: z.object({ path: text().describe('Relative path.') }),
      responses: {
        200: { description: 'The file.', schema: content.extend({ found: z.boolean() }) },
        ...READ_REFUSALS,
      },
      async handle({ c, query }) {
        const path = textPath(query.path)
        const file = await readText(workspace(), path)
        if (!file) return { ok: true, path, found: false, content: '' }
        const body = { ok: true, path, found: true, content: file.text }
        return readAnswer(body, file.version, c.req.header('if-none-match'))
      },
    }),
    route({
      method: 'POST',
      path: '/api/workspace_file',
      tag: 'Workspace',
      summary: 'Write a text file of the workspace',
      description:
        'Replaces the whole file at once and makes its folders. With `If-Match: <ETag>` only if nobody has changed it since, with ' +
        '`If-None-Match: *` only if there is none.',
      body: textBody,
      bodyLimit: TEXT_BODY_LIMIT,
      responses: {
        200: {
          description: 'Written.',
          schema: z.object({ ok: z.literal(true), path: z.string(), saved: z.literal(true) }),
        },
        ...WRITE_REFUSALS,
      },
      async handle({ c, body }) {
        const path = textPath(body.path)
        const when = preconditionsOf((name) => c.req.header(name))
        const { version } = await writeText(workspace(), path, body.content ?? '', when)
        return versioned({ ok: true, path, saved: true }, version)
      },
    }),
    route({
      method: 'DELETE',
      path: '/api/workspace_file',
      tag: 'Workspace',
      summary: 'Delete a file of the workspace',
      description: 'Also an empty folder. `If-Match` as for a write.',
      query: z.object({ path: text().describe('Relative path.') }),
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
        if (!(await files.stat(path))) throw notFound(`file not found: ${path}`)
        await expectation(files, path, { ifMatch: c.req.header('if-match') })
        await unlessStale(path, () => files.remove(path))
        return { ok: true, deleted: true, path }
      },
    }),
    folderRoute(workspace),
    route({
      method: 'GET',
      path: '/api/workspace_docs',
      tag: 'Workspace',
      summary: "List the workspace's documents, or read one",
      query: z.object({ path: text().describe(`Name of a document: ${DOCUMENTS.join(', ')}. Default: list them.`) }),
      responses: {
        200: {
          description: 'The names of those that exist, or one document.',
          schema: z.union([z.object({ ok: z.literal(true), files: z.array(z.string()) }), content]),
        },
        404: { description: 'There is no such document.' },
        ...READ_REFUSALS,
      },
      async handle({ c, query: { path } }) {
        if (path === '') return { ok: true, files: await documentsIn(workspace()) }
        if (!(DOCUMENTS as readonly string[]).includes(path)) throw badRequest('invalid path')
        const file = await readText(workspace(), path)
        if (!file) throw notFound(`document not found: ${path}`)
        return readAnswer({ ok: true, path, content: file.text }, file.version, c.req.header('if-none-match'))
      },
    }),
  ]
}

async function documentsIn(files: Files): Promise<string[]> {
  const stats = await Promise.all(DOCUMENTS.map((name) => files.stat(name)))
  return DOCUMENTS.filter((_, i) => stats[i]?.kind === 'file')
}
