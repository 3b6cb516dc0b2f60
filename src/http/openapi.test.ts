import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { builtAsset } from '../../adapters/node/assets.ts'
import { type NodeDatabase, nodeDatabase } from '../../adapters/node/database.ts'
import { BEARER, testApp } from './gateway-for-tests.ts'
import { boundedInt, flag, type OpenApiDocument, route } from './index.ts'

let db: NodeDatabase
beforeEach(() => {
  db = nodeDatabase(':memory:')
})
afterEach(() => db.close())

const Item = z.object({ id: z.string(), size: z.int().describe('Bytes.') }).meta({ id: 'Item' })

const itemRoute = route({
  method: 'POST',
  path: '/api/items',
  tag: 'Items',
  summary: 'Add an item',
  query: z.object({ limit: boundedInt(10, 50).describe('How many.'), dry: flag(), id: z.string() }),
  body: z.object({ name: z.string(), note: z.string().optional(), count: z.number().default(1) }),
  responses: { 200: { description: 'Done.', schema: z.object({ ok: z.literal(true), items: z.array(Item) }) } },
  handle: () => ({ ok: true, items: [] }),
})

async function documentOf(): Promise<OpenApiDocument> {
  const { ask } = testApp({ db, routes: [itemRoute] })
  return (await (await ask('/api/openapi.json', { headers: BEARER })).json()) as OpenApiDocument
}

describe('the OpenAPI document', () => {
  it('describes a route from the schemas that validate it', async () => {
    const { openapi, paths, components } = await documentOf()
    expect(openapi).toBe('3.1.0')
    const operation = paths['/api/items']?.post
    expect(operation?.parameters).toEqual([
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: 'How many.',
        schema: { type: 'integer', minimum: 0, maximum: 50 },
      },
      expect.objectContaining({ name: 'dry', required: false, schema: { type: 'string', enum: ['1'] } }),
      { name: 'id', in: 'query', required: true, schema: { type: 'string' } },
    ])
    expect(operation?.requestBody).toMatchObject({
      required: true,
      content: { 'application/json': { schema: { type: 'object', required: ['name'] } } },
    })
    expect(operation?.responses).toMatchObject({
      200: {
        content: {
          'application/json': { schema: { properties: { items: { items: { $ref: '#/components/schemas/Item' } } } } },
        },
      },
      400: { content: { 'text/plain': {} } },
      401: { content: { 'text/plain': {} } },
      413: { content: { 'text/plain': {} } },
    })
    expect(components.schemas.Item).toMatchObject({ type: 'object', properties: { size: { description: 'Bytes.' } } })
  })

  it('lists every route of the shell, the live ones marked, the open ones without security', async () => {
    const { paths, security, components } = await documentOf()
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/health',
        '/login',
        '/api/version',
        '/api/events/live',
        '/api/docs/{file}',
        '/api/login/code',
      ]),
    )
    expect(paths['/api/events/live']?.get).toMatchObject({ 'x-websocket': true, responses: { 101: {} } })
    expect(paths['/health']?.get?.security).toEqual([])
    expect(paths['/api/version']?.get?.security).toBeUndefined()
    expect(security).toEqual([{ bearer: [] }, { query: [] }, { cookie: [] }])
    expect(Object.keys(components.securitySchemes)).toEqual(['bearer', 'query', 'cookie'])
  })

  it('gives each operation an id of its own, and refers to nothing that is not there', async () => {
    const document = await documentOf()
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((each) => each.operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name!)
    }
    expect(JSON.stringify(document)).not.toContain('$defs')
  })
})

describe('the reference page', () => {
  it('runs no inline script and loads nothing from elsewhere', async () => {
    const { ask } = testApp({ db })
    const response = await ask('/api/docs', { headers: BEARER })
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/)
    const page = await response.text()
    expect(page).not.toMatch(/<script(?![^>]*\ssrc="\/api\/docs\/)/)
    expect(page).not.toMatch(/https?:|"\/\//)
  })

  it('asks for the token, also for its files', async () => {
    const { ask } = testApp({ db })
    for (const path of ['/api/docs', '/api/docs/start.js', '/api/openapi.json'])
      expect((await ask(path)).status).toBe(401)
  })

  it('serves its own start script, and the built files where they are built', async () => {
    const { ask } = testApp({ db, asset: (name) => builtAsset(name) })
    const start = await ask('/api/docs/start.js', { headers: BEARER })
    expect(start.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await start.text()).toContain('/api/openapi.json')
    const missing = await ask('/api/docs/other.js', { headers: BEARER })
    expect(missing.status).toBe(404)
    expect((await ask('/api/docs/..%2fpackage.json', { headers: BEARER })).status).toBe(404)
  })

  it('passes an asset through with its own type, and says how to build a missing one', async () => {
    const asset = async (name: string) => (name === 'swagger-ui.css' ? new Response('body{}') : null)
    const { ask } = testApp({ db, asset })
    const css = await ask('/api/docs/swagger-ui.css', { headers: BEARER })
    expect([css.headers.get('content-type'), await css.text()]).toEqual(['text/css; charset=utf-8', 'body{}'])
    const bundle = await ask('/api/docs/swagger-ui-bundle.js', { headers: BEARER })
    expect([bundle.status, await bundle.text()]).toEqual([404, expect.stringContaining('npm run build:assets')])
  })
})
