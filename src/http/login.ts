/** Signing a browser in: a one-time code in a URL is exchanged for the token in a cookie, so the token is in no URL. */
import type { Context } from 'hono'
import * as z from 'zod'
import type { Migrations } from '../db/index.ts'
import { GatewayError } from '../errors.ts'
import type { Database } from '../platform.ts'
import type { Access } from './access.ts'
import { clientAddress } from './client-address.ts'
import type { FailedLogins } from './failed-logins.ts'
import type { GatewayForHttp } from './gateway.ts'
import { json } from './json.ts'
import { TOKEN_COOKIE } from './presented.ts'
import { text } from './query.ts'
import { type Route, route } from './route.ts'

/** Sign-in codes; only their SHA-256 is kept. */
export const httpMigrations: Migrations = {
  room: 'http',
  steps: ['CREATE TABLE login_code (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;'],
}

/** Where a browser lands after signing in. */
const SIGNED_IN_PAGE = '/'
const CODE_LIFETIME_MS = 10 * 60_000
const COOKIE_MAX_AGE_SECONDS = 30 * 24 * 3600

const BAD_CODE =
  'This sign-in link was used already or is older than 10 minutes. Restart the gateway to see a new one, ' +
  'or ask for one with the token: POST /api/login/code.'

/** Makes a sign-in code for `GET /login?code=…`: good once, for 10 minutes. */
export async function createLoginCode(gateway: { readonly db: Database; now(): number }): Promise<string> {
  const code = newSecret(24)
  const hash = await sha256Hex(code)
  const now = gateway.now()
  gateway.db.query('DELETE FROM login_code WHERE expires_at <= ?', now)
  gateway.db.query('INSERT INTO login_code (hash, expires_at) VALUES (?, ?)', hash, now + CODE_LIFETIME_MS)
  return code
}

/** Who keeps the sign-in codes, and what a good one is worth. */
export interface SignIn {
  /** Makes a code: good once, for 10 minutes. */
  make(c: Context): Promise<string>
  /** Uses a code up and gives the token for the cookie (empty: none is needed); null for a bad code. */
  redeem(code: string): Promise<string | null>
}

/** The sign-in of a gateway with a token of its own. */
export function ownSignIn(gateway: Pick<GatewayForHttp, 'db' | 'now'>, access: () => Access): SignIn {
  return {
    make: () => createLoginCode(gateway),
    redeem: async (code) => ((await redeem(gateway.db, code, gateway.now())) ? access().token : null),
  }
}

/** Uses a code up. One statement takes it, so of two that come at once exactly one is true. */
async function redeem(db: Database, code: string, now: number): Promise<boolean> {
  if (code === '') return false
  const hash = await sha256Hex(code)
  return db.query('DELETE FROM login_code WHERE hash = ? AND expires_at > ? RETURNING hash', hash, now).length === 1
}

/** `GET /login`, `POST /api/login/code` and `POST /api/logout`. */
export function loginRoutes(signIn: SignIn, access: () => Access, failedLogins: FailedLogins): Route[] {
  return [
    route({
      method: 'GET',
      path: '/login',
      tag: 'Sign-in',
      summary: 'Sign a browser in with a one-time code',
      auth: 'none',
      query: z.object({ code: text().describe('The code of the sign-in link.') }),
      responses: {
        303: { description: 'Signed in: the token is in an HttpOnly cookie.' },
        403: { description: 'The code was used already, is too old, or never was.' },
        429: { description: 'Too many wrong codes.' },
      },
      async handle({ c, query }) {
        const token = await signIn.redeem(query.code)
        if (token === null) {
          if (query.code !== '') await failedLogins.failed(clientAddress(c))
          throw new GatewayError(403, 'bad_code', BAD_CODE)
        }
        return new Response(null, {
          status: 303,
          headers: {
            Location: SIGNED_IN_PAGE,
            'Cache-Control': 'no-store',
            'Referrer-Policy': 'no-referrer',
            ...(token === '' ? {} : { 'Set-Cookie': cookie(token, isHttps(c)) }),
          },
        })
      },
    }),
    route({
      method: 'POST',
      path: '/api/login/code',
      tag: 'Sign-in',
      summary: 'Make a one-time sign-in link',
      responses: {
        200: {
          description: 'A link for one browser.',
          schema: z.object({
            ok: z.literal(true),
            code: z.string(),
            path: z.string().describe('Append it to the address of the gateway.'),
            expires_in: z.int().describe('Seconds.'),
          }),
        },
      },
      async handle({ c }) {
        const code = await signIn.make(c)
        return { ok: true, code, path: `/login?code=${code}`, expires_in: CODE_LIFETIME_MS / 1000 }
      },
    }),
    route({
      method: 'POST',
      path: '/api/logout',
      tag: 'Sign-in',
      summary: 'Sign this browser out',
      description:
        'Takes the cookie away; the token stays what it is. No token is asked for: a cookie of an old one goes too.',
      auth: 'none',
      responses: {
        200: { description: 'Signed out.', schema: z.object({ ok: z.literal(true) }) },
        403: { description: "The request comes from a stranger's page." },
      },
      handle({ c }) {
        if (!access().origins.trusted(c)) {
          throw new GatewayError(403, 'foreign_origin', 'origin not allowed: list it in gateway.allowed_origins')
        }
        return json({ ok: true }, { headers: { 'Set-Cookie': cookie('', isHttps(c), 0), 'Cache-Control': 'no-store' } })
      },
    }),
  ]
}

function cookie(token: string, secure: boolean, seconds = COOKIE_MAX_AGE_SECONDS): string {
  const value = `${TOKEN_COOKIE}=${encodeURIComponent(token)}`
  return `${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}

/** Also behind a proxy that ends TLS; a client that lies about it only loses its own cookie. */
function isHttps(c: Context): boolean {
  return c.req.url.startsWith('https:') || c.req.header('x-forwarded-proto')?.trim() === 'https'
}

/** `bytes` random bytes as hex. */
export function newSecret(bytes: number): string {
  return hex(crypto.getRandomValues(new Uint8Array(bytes)))
}

/** The SHA-256 of a text, as hex. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
