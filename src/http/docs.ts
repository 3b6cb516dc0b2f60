/** The API reference: the OpenAPI document and a page that shows it, from this gateway's own files only. */
import * as z from 'zod'
import { notFound } from '../errors.ts'
import type { GatewayForHttp } from './gateway.ts'
import { openApiDocument } from './openapi.ts'
import { type Route, route } from './route.ts'

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gateway API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="reference"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null })
`

/** No inline script, nothing from elsewhere. The page's own code sets style attributes, so those are allowed. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const ASSETS: Record<string, string> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

/** `/api/openapi.json`, `/api/docs` and its files; `routes` is asked at the first request, when all are known. */
export function docsRoutes(
  gateway: Pick<GatewayForHttp, 'asset' | 'version'>,
  routes: () => readonly Route[],
): Route[] {
  let document: string | undefined
  return [
    route({
      method: 'GET',
      path: '/api/openapi.json',
      scope: ['chat', 'read', 'relay'],
      tag: 'System',
      summary: 'This document',
      responses: { 200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) } },
      handle() {
        document ??= `${JSON.stringify(openApiDocument(routes(), gateway.version))}\n`
        return new Response(document, { headers: { 'Content-Type': 'application/json' } })
      },
    }),
    route({
      method: 'GET',
      path: '/api/docs',
      scope: ['chat', 'read', 'relay'],
      tag: 'System',
      summary: 'The API reference as a page',
      responses: { 200: { description: 'A page for people.', contentType: 'text/html' } },
      handle: () =>
        new Response(PAGE, {
          headers: {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Security-Policy': POLICY,
            'X-Content-Type-Options': 'nosniff',
            // Same-origin Referers carry the token to the page's files where the page was opened with `?token=`.
            'Referrer-Policy': 'same-origin',
            'Cache-Control': 'no-store',
          },
        }),
    }),
    route({
      method: 'GET',
      path: '/api/docs/:file',
      scope: ['chat', 'read', 'relay'],
      tag: 'System',
      summary: 'Script and style of the API reference',
      responses: {
        200: { description: 'The file.', contentType: 'text/javascript' },
        404: { description: 'No such file.' },
      },
      async handle({ c }) {
        const name = c.req.param('file') ?? ''
        if (name === 'start.js') return file(START, 'text/javascript; charset=utf-8')
        const type = Object.hasOwn(ASSETS, name) ? ASSETS[name]! : undefined
        const asset = type === undefined ? null : await gateway.asset(name)
        if (type === undefined || asset === null)
          throw notFound(`${name} not found: build the assets (npm run build:assets)`)
        return file(asset.body, type)
      },
    }),
  ]
}

function file(body: Response['body'] | string, type: string): Response {
  return new Response(body, {
    headers: { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'private, max-age=3600' },
  })
}
