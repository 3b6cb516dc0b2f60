/**
 * Writes `web/src/api/schema.d.ts`: the `paths` of this gateway's own OpenAPI document, in the shape openapi-fetch reads.
 * Run by `npm run api-types` after a change of a route; a contract test tells when the file is out of date.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNode } from '../adapters/node/index.ts'
import type { OpenApiDocument } from '../src/http/index.ts'
import { apiTypes } from './openapi-types.ts'

const TOKEN = 'api-types'

const home = await mkdtemp(join(tmpdir(), 'api-types-'))
const gateway = await startNode({
  home,
  host: '127.0.0.1',
  port: 0,
  initialConfig: { gateway: { token: TOKEN } },
  env: { PATH: process.env.PATH },
  quiet: true,
})
try {
  const answer = await fetch(`${gateway.url}/api/openapi.json`, { headers: { authorization: `Bearer ${TOKEN}` } })
  const types = apiTypes((await answer.json()) as OpenApiDocument)
  const file = join(import.meta.dirname, '../web/src/api/schema.d.ts')
  await writeFile(file, types)
  console.log(`web/src/api/schema.d.ts: ${types.split('\n').length} lines.`)
} finally {
  await gateway.close({ graceMs: 0 })
  await rm(home, { recursive: true, force: true })
}
