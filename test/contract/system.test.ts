/** `/api/version`, `/api/openapi.json` and `/api/docs`: api-behaviour.md section 5.4, and what we add. */
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { jsonOf } from '../support/json.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

describeTargets('the system routes', (_, name) => {
  const target = shareTarget(name, { assets: true, config: { gateway: { mood: 'calm' }, plugins: { a: 1 } } })

  it('GET /api/version tells the version and the channels in alphabetical order', async () => {
    const body = await jsonOf(target().fetch('/api/version'))
    expect(body).toEqual({ ok: true, gateway_version: manifest.version, compiled_channels: expect.any(Array) })
    expect(body.compiled_channels).toEqual([...body.compiled_channels].sort())
  })

  it('GET /api/status tells the model in use and what the config says that nobody understands', async () => {
    expect(await jsonOf(target().fetch('/api/status'))).toMatchObject({
      ok: true,
      gateway_version: manifest.version,
      runtime: name,
      model: { primary: expect.any(String), fallbacks: expect.any(Array), problems: expect.any(Array) },
      active_turns: 0,
      unknown_config_keys: ['gateway.mood', 'plugins'],
    })
  })

  it('GET /api/docs is a page of our own parts, and all of them load', async () => {
    const answer = await target().fetch('/api/docs')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    const parts = [...(await answer.text()).matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, part]) => part!)
    expect(parts.length).toBeGreaterThanOrEqual(3)
    const referer = `${target().url}/api/docs?token=${target().token}`
    for (const part of parts) {
      // As a browser loads them: without the header, with the page's address.
      const file = await fetch(target().url + part, { headers: { referer } })
      expect([part, file.status, file.headers.get('content-type')]).toEqual([
        part,
        200,
        part.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
      ])
      expect(file.headers.get('x-content-type-options')).toBe('nosniff')
      expect((await file.text()).length).toBeGreaterThan(50)
      expect((await fetch(target().url + part)).status).toBe(401)
    }
  })

  it('GET /api/docs/{file} serves nothing else', async () => {
    for (const file of ['nothing.js', '..%2f..%2fpackage.json', '%2e%2e', 'config.json', 'constructor']) {
      const answer = await target().fetch(`/api/docs/${file}`)
      expect([file, answer.status]).toEqual([file, 404])
      expect(await answer.text()).not.toContain('dependencies')
    }
  })

  it('GET /api/openapi.json is a sound OpenAPI 3.1 document', async () => {
    const answer = await target().fetch('/api/openapi.json')
    expect(answer.headers.get('content-type')).toBe('application/json')
    const document = await jsonOf(answer)
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: expect.any(String), version: manifest.version })
    expect(faultsOf(document)).toEqual([])
  })
})

const METHODS = ['get', 'post', 'delete', 'put', 'patch', 'head', 'options', 'trace']
const SCHEMA_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']

/** Where a document breaks the rules of OpenAPI 3.1 that tools stumble over. */
// biome-ignore lint/suspicious/noExplicitAny: walks whatever JSON was sent
function faultsOf(document: any): string[] {
  const faults: string[] = []
  const check = (sound: unknown, fault: string) => {
    if (!sound) faults.push(fault)
  }
  const ids = new Set<string>()
  const tags = new Set(document.tags.map(({ name }: { name: string }) => name))
  for (const [path, item] of Object.entries(document.paths as Record<string, object>)) {
    check(path.startsWith('/'), `${path} does not begin with a slash`)
    for (const [method, operation] of Object.entries(item)) {
      const at = `${method} ${path}`
      check(METHODS.includes(method), `${at}: no such method`)
      check(operation.operationId && !ids.has(operation.operationId), `${at}: operationId missing or taken`)
      ids.add(operation.operationId)
      check(operation.summary, `${at}: no summary`)
      for (const tag of operation.tags) check(tags.has(tag), `${at}: undeclared tag ${tag}`)
      const parameters = (operation.parameters ?? []) as Array<Record<string, unknown>>
      const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      check(new Set(names).size === names.length, `${at}: parameters repeat`)
      for (const { name, in: where, schema, required } of parameters) {
        check(['query', 'path', 'header', 'cookie'].includes(String(where)) && schema, `${at}: parameter ${name}`)
        check(where !== 'path' || required === true, `${at}: path parameter ${name} is not required`)
      }
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => `path ${name}`)
      check(
        inPath.sort().join() ===
          names
            .filter((each) => each.startsWith('path '))
            .sort()
            .join(),
        `${at}: path parameters are not those of the path`,
      )
      check(!operation.requestBody || Object.keys(operation.requestBody.content).length > 0, `${at}: empty requestBody`)
      check(Object.keys(operation.responses).length > 0, `${at}: no responses`)
      for (const [status, response] of Object.entries(
        operation.responses as Record<string, { description?: string }>,
      )) {
        check(/^([1-5]\d\d|default)$/.test(status) && response.description, `${at}: response ${status}`)
      }
      for (const need of operation.security ?? document.security) {
        for (const scheme of Object.keys(need)) {
          check(document.components.securitySchemes[scheme], `${at}: undeclared security ${scheme}`)
        }
      }
    }
  }
  const walk = (value: unknown, place: string) => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, each] of Object.entries(value)) {
      if (key === '$ref' && typeof each === 'string') {
        const found = each
          .slice(2)
          .split('/')
          // biome-ignore lint/suspicious/noExplicitAny: follows the reference
          .reduce((node: any, part) => node?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], document)
        check(each.startsWith('#/') && found, `${place}: dangling ${each}`)
      }
      if (key === 'schema') for (const type of [each?.type ?? []].flat()) check(SCHEMA_TYPES.includes(type), place)
      walk(each, `${place}/${key}`)
    }
  }
  walk(document, '#')
  return faults
}
