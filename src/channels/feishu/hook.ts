/**
 * The request URL of an app: events that the platform posts (channels.md section 13). Nothing is believed before its
 * signature or its token was checked; the answer goes out when the event is durable.
 */
import { badRequest, GatewayError } from '../../errors.ts'
import { secretMatcher } from '../../http/index.ts'
import { type FeishuRequest, requestSchema } from './event.ts'
import { checkSignature, openSealed } from './event-seal.ts'
import type { FeishuSettings } from './settings.ts'

export interface HookOptions {
  settings: FeishuSettings
  now: () => number
  /** Takes an authentic event; the platform sends it again when it throws. */
  event(event: unknown): Promise<void>
  /** An authentic request came. */
  verified(): void
  /** A request was refused for a reason that its owner can act on. */
  refused(why: string): void
}

/** Answers the platform's posts: 400 for what is no event, 401 for what does not prove to be of the platform. */
export function feishuHook({ settings, now, event, verified, refused }: HookOptions) {
  const { encrypt_key: key, verification_token: token } = settings
  const stranger = (why: string) => {
    refused(why)
    return new GatewayError(401, 'unauthorized', why)
  }

  /** What the request says, opened and checked. */
  async function authentic(request: Request): Promise<FeishuRequest> {
    const text = await request.text()
    const outer = requestOf(text)
    if (key === '' && outer.encrypt !== undefined) {
      throw stranger('the event is encrypted: set channels.feishu.encrypt_key to the one of the app')
    }
    const body = key === '' ? outer : await unsealed(request.headers, text, outer)
    if (token !== '' && !secretMatcher(token)(tokenOf(body))) {
      throw stranger('the token is wrong: channels.feishu.verification_token must be the one of the app')
    }
    return body
  }

  async function unsealed(headers: Headers, text: string, { encrypt }: FeishuRequest): Promise<FeishuRequest> {
    const check = await checkSignature(headers, text, key, now())
    if (check === 'wrong') {
      throw stranger('the signature is wrong: channels.feishu.encrypt_key must be the one of the app')
    }
    if (check === 'stale') throw stranger('the request is more than an hour off: check the clock')
    if (encrypt === undefined) throw stranger('the event is not encrypted, though channels.feishu.encrypt_key is set')
    const opened = await openSealed(encrypt, key).catch(() => {
      throw stranger('the event cannot be decrypted: channels.feishu.encrypt_key must be the one of the app')
    })
    const body = requestOf(opened)
    // The handshake of a new address comes without.
    if (check === 'unsigned' && body.type !== HANDSHAKE) throw stranger('the event is not signed')
    return body
  }

  return async (request: Request): Promise<Response> => {
    const body = await authentic(request)
    verified()
    if (body.type === HANDSHAKE) return Response.json({ challenge: body.challenge })
    await event(body)
    return Response.json({})
  }
}

const HANDSHAKE = 'url_verification'

function requestOf(text: string): FeishuRequest {
  const parsed = requestSchema.safeParse(parse(text))
  if (!parsed.success) throw badRequest('not an event of Feishu')
  return parsed.data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('not an event of Feishu')
  }
}

/** In the header of an event, at the top of a handshake. */
function tokenOf(body: FeishuRequest): string {
  const header = body.header as { token?: unknown } | null | undefined
  return typeof header?.token === 'string' ? header.token : body.token
}
