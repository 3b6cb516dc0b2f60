/** `/api/weixin/*` (gateway-api.md "Weixin Login", api-behaviour.md section 5.20). */
import * as z from 'zod'
import { badRequest, notFound } from '../../errors.ts'
import { parseFirstJson, type Route, readText, route, text } from '../../http/index.ts'
import type { WeixinService } from './service.ts'
import { weixinStatus } from './status.ts'

const BODY_LIMIT = 64 * 1024

const loginBody = z.object({ login_id: z.string().default('') })
const verifyBody = z.object({ login_id: z.string().default(''), code: z.union([z.string(), z.number()]).default('') })
const botBody = z.object({ bot_id: z.string().default('') })

const STATUS = { description: 'How things stand now.', schema: weixinStatus }
const UNAVAILABLE = { description: '`weixin channel unavailable`: the channel is off, and no login waits.' }

/** The routes of the QR login and of the accounts. */
export function weixinRoutes(weixin: WeixinService): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/weixin/status',
      tag: 'Weixin',
      summary: 'Status of the channel, its logins and accounts',
      description:
        'While a login waits the platform is asked about it in the background; this answers within 1.5 s. A channel that is off is `ok: false` with an `error`.',
      responses: { 200: STATUS },
      handle: () => weixin.status(),
    }),
    route({
      method: 'POST',
      path: '/api/weixin/login/start',
      tag: 'Weixin',
      summary: 'Start a QR login',
      description:
        'The body is ignored. Show `/api/weixin/qr.svg` and watch the status: a confirmed login leaves `pending_logins`, its bot is in `accounts` and in the config, and the channel is on. A QR code is worth 5 minutes; up to three fresh ones take its place.',
      responses: {
        200: STATUS,
        429: { description: 'Five logins wait already.' },
        502: { description: 'The platform gave no QR code; its words.' },
        503: { description: '`weixin channel unavailable`: unsaved edits switch the channel off.' },
      },
      async handle() {
        await weixin.startLogin()
        return weixin.status()
      },
    }),
    change('/api/weixin/login/cancel', 'Cancel a login', loginBody, {
      responses: { 404: { description: '`login_id not found`' } },
      act: ({ login_id }) => weixin.cancelLogin(login_id),
    }),
    change('/api/weixin/login/verify', 'Send the number that WeChat shows on the phone', verifyBody, {
      responses: { 404: { description: '`login_id not found`' } },
      act: ({ login_id, code }) => weixin.verifyLogin(login_id, String(code)),
    }),
    change('/api/weixin/accounts/remove', 'Remove an account', botBody, {
      act: ({ bot_id }) => weixin.remove(bot_id),
    }),
    change('/api/weixin/accounts/default', 'Choose the account that sends when none is named', botBody, {
      act: ({ bot_id }) => weixin.setDefault(bot_id),
    }),
    route({
      method: 'GET',
      path: '/api/weixin/qr.svg',
      tag: 'Weixin',
      scope: [],
      summary: 'The QR code of a login',
      query: z.object({ login_id: text().describe('Default: the first login that waits.') }),
      responses: {
        200: { description: 'The picture.', contentType: 'image/svg+xml' },
        404: { description: '`qr unavailable`: no login waits.' },
        502: { description: 'What the platform gave does not fit into a QR code.' },
      },
      async handle({ query }) {
        const svg = await weixin.qr(query.login_id)
        if (svg === null) throw notFound('qr unavailable')
        // The same address shows another code when the first one expires.
        return new Response(svg, { headers: { 'content-type': 'image/svg+xml', 'cache-control': 'no-store' } })
      },
    }),
  ]

  /** A POST that changes something and answers the status. That the channel is there is looked at before the body. */
  function change<Body extends z.ZodType>(
    path: string,
    summary: string,
    body: Body,
    more: { responses?: Record<number, { description: string }>; act(given: z.output<Body>): void | Promise<void> },
  ): Route {
    return route({
      method: 'POST',
      path,
      tag: 'Weixin',
      summary,
      reads: { 'application/json': body },
      bodyLimit: BODY_LIMIT,
      responses: {
        200: STATUS,
        400: { description: '`invalid json body`, or what is wrong with a field.' },
        ...more.responses,
        503: UNAVAILABLE,
      },
      async handle({ c }) {
        weixin.checkAvailable()
        await more.act(read(body, await readText(c.req.raw, BODY_LIMIT)))
        return weixin.status()
      },
    })
  }
}

function read<Body extends z.ZodType>(schema: Body, body: string): z.output<Body> {
  try {
    return schema.parse(parseFirstJson(body))
  } catch (cause) {
    throw badRequest('invalid json body', { cause })
  }
}
