/** The console: its page at `/` and its files under `/console/`, open to everybody; what they show needs the token. */
import { notFound } from '../errors.ts'
import type { GatewayForHttp } from './gateway.ts'
import { type Route, route } from './route.ts'

/** Stands in the built page where the nonce of an answer goes. */
const NONCE_MARK = '__STYLE_NONCE__'
/** Names with a hash of their content, as the build makes them. */
const HASHED = /-[\w-]{8}\.\w+$/
const YEAR_S = 31_536_000

/**
 * Own scripts only, none inline. Style elements need the nonce of their answer: the code editor makes one for itself. An
 * image a model names is never fetched from elsewhere, which would tell its server what was said.
 */
const policy = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** Shown in a checkout whose console was never built; the API works all the same. */
const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gateway</title>
<link rel="icon" href="data:,">
<h1>The console is not built</h1>
<p>Run <code>npm run build:assets</code> in the gateway's folder and load this page again.</p>
<p>The API is there: <a href="/api/docs">reference</a>.</p>
</html>
`

/** `GET /` and `GET /console/:file`. */
export function consoleRoutes(gateway: Pick<GatewayForHttp, 'asset'>): Route[] {
  return [
    route({
      method: 'GET',
      path: '/',
      tag: 'Console',
      summary: 'The console as a page',
      auth: 'none',
      responses: { 200: { description: 'A page for people; it asks for the token itself.', contentType: 'text/html' } },
      async handle() {
        const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
        const built = await gateway.asset('console/index.html')
        const page = built === null ? NOT_BUILT : (await built.text()).replaceAll(NONCE_MARK, nonce)
        return new Response(page, {
          headers: {
            'Content-Type': 'text/html; charset=utf-8',
            'Content-Security-Policy': policy(nonce),
            'X-Content-Type-Options': 'nosniff',
            'Referrer-Policy': 'same-origin',
            'Cross-Origin-Opener-Policy': 'same-origin',
            'Cache-Control': 'no-store',
          },
        })
      },
    }),
    route({
      method: 'GET',
      path: '/console/:file',
      tag: 'Console',
      summary: 'Scripts, styles and images of the console',
      description: 'Names with a hash never change their content. Compressed where the client and the runtime can.',
      auth: 'none',
      responses: {
        200: { description: 'The file.', contentType: 'text/javascript' },
        404: { description: 'No such file: reload the page, its files have changed with an update.' },
      },
      async handle({ c }) {
        const name = c.req.param('file') ?? ''
        const asset = name.endsWith('.html')
          ? null
          : await gateway.asset(`console/${name}`, c.req.header('accept-encoding'))
        if (asset === null) throw notFound(`${name.slice(0, 100)} not found: reload the page`)
        const encoding = asset.headers.get('content-encoding')
        return new Response(asset.body, {
          headers: {
            'Content-Type': asset.headers.get('content-type') ?? 'application/octet-stream',
            ...(encoding === null ? {} : { 'Content-Encoding': encoding, Vary: 'Accept-Encoding' }),
            'X-Content-Type-Options': 'nosniff',
            'Cache-Control': HASHED.test(name) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
          },
        })
      },
    }),
  ]
}
