/** Which tokens of a hosted gateway open which route: the whole table, so that a new route is a decision. */
import { expect, it } from 'vitest'
import { isRoutePath } from '../../src/hosting/route-paths.ts'
import { jsonOf } from '../support/json.ts'
import { describeTargets, shareTarget } from '../support/targets.ts'

/** Besides `owner`. Every other GET is `read`, every other POST and DELETE the owner's alone. */
const SCOPES: Record<string, string[]> = {
  'DELETE /api/sessions': ['chat'],
  'GET /api/chat/commands': ['chat', 'read'],
  'GET /api/chat/history': ['chat', 'read'],
  'GET /api/chat/live': ['chat'],
  'GET /api/chat/stream': ['chat', 'read'],
  'GET /api/chat/transcript': ['chat', 'read'],
  'GET /api/chat/turn': ['chat', 'read'],
  'GET /api/docs': ['chat', 'read', 'relay'],
  'GET /api/docs/{file}': ['chat', 'read', 'relay'],
  'GET /api/models': ['chat', 'read'],
  'GET /api/openapi.json': ['chat', 'read', 'relay'],
  'GET /api/provider/oauth/start': [],
  'GET /api/sessions': ['chat', 'read'],
  'GET /api/sessions/search': ['chat', 'read'],
  'GET /api/transfer/chunk': [],
  'GET /api/transfer/manifest': [],
  'GET /api/upload': ['chat', 'read'],
  'GET /api/version': ['chat', 'read', 'relay'],
  'GET /api/weixin/qr.svg': [],
  'GET /v1/ws': ['relay'],
  'POST /api/chat': ['chat'],
  'POST /api/chat/stop': ['chat'],
  'POST /api/sessions': ['chat'],
  'POST /api/upload': ['chat'],
}
/** For everybody. */
const OPEN = ['GET /', 'GET /console/{file}', 'GET /health', 'GET /login', 'POST /api/logout', 'POST /hooks/{channel}']

describeTargets('the scopes', (_, name) => {
  const target = shareTarget(name)

  it('are those of the table, for every route', async () => {
    const { paths } = await jsonOf(target().fetch('/api/openapi.json'))
    const open: string[] = []
    for (const [path, item] of Object.entries(paths as Record<string, Record<string, Record<string, unknown>>>)) {
      for (const [method, operation] of Object.entries(item)) {
        const route = `${method.toUpperCase()} ${path}`
        const scopes = operation['x-scopes']
        if (scopes === undefined) open.push(route)
        else
          expect([route, scopes]).toEqual([route, ['owner', ...(SCOPES[route] ?? (method === 'get' ? ['read'] : []))]])
      }
    }
    expect(open.sort()).toEqual(OPEN)
    const known = Object.keys(paths).flatMap((path) =>
      Object.keys(paths[path]).map((m) => `${m.toUpperCase()} ${path}`),
    )
    expect(known).toEqual(expect.arrayContaining(Object.keys(SCOPES)))
  })

  it('guard paths that the front of a host knows, so that strangers hear of no other', async () => {
    const { paths } = await jsonOf(target().fetch('/api/openapi.json'))
    const open = OPEN.map((route) => route.split(' ')[1])
    for (const path of Object.keys(paths)) {
      if (!open.includes(path)) expect([path, isRoutePath(path.replace(/\{\w+\}/g, 'x'))]).toEqual([path, true])
    }
  })
})
