/** The console's types of the API are those of the routes as they are. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { apiTypes } from '../../scripts/openapi-types.ts'
import type { OpenApiDocument } from '../../src/http/index.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

const FILE = new URL('../../web/src/api/schema.d.ts', import.meta.url)

describeTargets('the types of the API', (_, name) => {
  const target = shareTarget(name)

  it('are up to date (else: npm run api-types)', async () => {
    const document = (await (await target().fetch('/api/openapi.json')).json()) as OpenApiDocument
    expect(apiTypes(document)).toBe(await readFile(FILE, 'utf8'))
  })
})
