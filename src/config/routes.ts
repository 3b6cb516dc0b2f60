/** `/api/config` (gateway-api.md "Config", api-behaviour.md section 7), its history and its schema. */
import * as z from 'zod'
import { badRequest, messageOf } from '../errors.ts'
import { DEFAULT_BODY_LIMIT, parseFirstJson, type Route, readText, route } from '../http/index.ts'
import { parseJson } from './decode.ts'
import { isRecord } from './document.ts'
import { HOT_RELOAD_FIELDS } from './hot-fields.ts'
import { configJsonSchema } from './schema.ts'
import type { ConfigService } from './service.ts'

const modeQuery = z.object({
  mode: z.string().optional().describe('raw (default), normalized; for GET also hot.'),
})
const okSchema = z.object({ ok: z.literal(true) })
const invalidSchema = z.object({ ok: z.literal(false), error: z.string(), errors: z.array(z.string()) })
const documentSchema = z.record(z.string(), z.unknown())

/** Who saved, as `config_changed` reports it to the consoles. */
const SOURCE = 'webui'

/** Edits that consoles made and have not saved: a save takes them in. */
export interface UnsavedEdits {
  foldInto(document: Record<string, unknown>): void
  clear(): void
}

/** The routes of the config; secrets leave as masks, and masks that come back stand for their secrets. */
export function configRoutes(service: ConfigService, unsaved?: UnsavedEdits): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/config',
      tag: 'Config',
      summary: 'Read the config',
      description:
        'Without mode: the file over the defaults, as a bare object. `hot` adds which parts a save puts in force at once. ' +
        '`normalized` gives the short view and, as raw_config, all that is in force. Secrets are masks (`****` and 12 hex ' +
        'digits); a mask that is sent back keeps its secret.',
      query: modeQuery.extend({
        include_hot_reload_fields: z.string().optional().describe('1: add the hot reload fields.'),
      }),
      responses: { 200: { description: 'The config', schema: documentSchema } },
      handle: ({ query }) => {
        const mode = modeOf(query.mode)
        const wantsFields = query.include_hot_reload_fields === '1'
        const fields = {
          hot_reload_fields: HOT_RELOAD_FIELDS.map(({ path }) => path),
          hot_reload_field_details: HOT_RELOAD_FIELDS,
        }
        if (mode === 'normalized') {
          return { ok: true, config: service.normalized(), raw_config: service.raw(), ...(wantsFields ? fields : {}) }
        }
        if (mode === 'hot' || wantsFields) return { ok: true, config: sorted(service.plain()), ...fields }
        return new Response(JSON.stringify(sorted(service.plain()), null, 2), {
          headers: { 'content-type': 'application/json' },
        })
      },
    }),
    route({
      method: 'POST',
      path: '/api/config',
      tag: 'Config',
      summary: 'Save the config',
      description:
        'Saves and puts in force without a restart (host and port excepted), or changes nothing. `raw`: the body replaces ' +
        'the config over the defaults; a missing gateway.token keeps the present one. `normalized`: the body is the view, ' +
        'sent back as a whole.',
      query: modeQuery,
      reads: { 'application/json': documentSchema },
      responses: {
        200: { description: 'Saved and in force', schema: okSchema },
        400: {
          description: 'Refused, nothing changed; plain text where the body cannot be read',
          schema: invalidSchema,
        },
      },
      handle: async ({ c, query }) => {
        const mode = modeOf(query.mode)
        if (mode !== '' && mode !== 'raw' && mode !== 'normalized') throw badRequest(`unsupported config mode: ${mode}`)
        const text = await readText(c.req.raw, DEFAULT_BODY_LIMIT)
        const body = parsed(text, mode === 'normalized' ? 'decode normalized config: ' : 'decode config: ')
        const fold = (document: Record<string, unknown>) => unsaved?.foldInto(document)
        await (mode === 'normalized' ? service.saveNormalized(body, SOURCE, fold) : service.saveRaw(body, SOURCE, fold))
        unsaved?.clear()
        return { ok: true }
      },
    }),
    route({
      method: 'GET',
      path: '/api/config/history',
      tag: 'Config',
      summary: 'List the kept revisions',
      description: 'Newest first. The first one is in force.',
      responses: {
        200: {
          description: 'The revisions',
          schema: z.object({
            ok: z.literal(true),
            revisions: z.array(
              z.object({
                id: z.int(),
                at: z.int().describe('ms since the epoch'),
                source: z.string(),
                changed: z.array(z.string()).describe('Paths of the keys it changed'),
              }),
            ),
          }),
        },
      },
      handle: () => ({ ok: true, revisions: service.history() }),
    }),
    route({
      method: 'POST',
      path: '/api/config/rollback',
      tag: 'Config',
      summary: 'Put a revision back',
      description: 'With the secrets it had, the token included.',
      body: z.object({ id: z.int().describe('Of GET /api/config/history') }),
      responses: {
        200: { description: 'In force again', schema: okSchema },
        400: { description: 'Refused, nothing changed', schema: invalidSchema },
        404: { description: 'No such revision' },
      },
      handle: async ({ body }) => {
        await service.rollback(body.id)
        return { ok: true }
      },
    }),
    route({
      method: 'GET',
      path: '/api/config/schema',
      tag: 'Config',
      summary: 'The JSON Schema of config.json',
      responses: { 200: { description: 'JSON Schema 2020-12', schema: documentSchema } },
      handle: () => configJsonSchema(),
    }),
  ]
}

function modeOf(mode: string | undefined): string {
  return (mode ?? '').trim().toLowerCase()
}

function parsed(text: string, prefix: string): unknown {
  try {
    return parseFirstJson(text)
  } catch (syntax) {
    try {
      // Its fault names the place and does not quote the text, which may hold secrets.
      return parseJson(text)
    } catch (error) {
      throw badRequest(prefix + messageOf(error), { cause: syntax })
    }
  }
}

/** Keys in alphabetical order, at every level. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}
