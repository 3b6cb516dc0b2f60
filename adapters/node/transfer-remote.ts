/** A gateway at the other end of a transfer, over its API. */
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { GatewayError } from '../../src/errors.ts'
import { isLoopbackHost } from '../../src/http/index.ts'
import { type ChunkRef, type Manifest, manifestSchema } from '../../src/transfer/index.ts'

const ATTEMPTS = 6
/** A gateway whose turns run, or that opens anew, is waited for this long at most. */
const LONGEST_WAIT_MS = 60_000

const begun = z.object({ ok: z.literal(true), missing: z.array(z.string()) })
const loading = z.object({ ok: z.literal(true), loaded: z.int(), of: z.int() })
const committed = z.object({
  ok: z.literal(true),
  sessions: z.int(),
  messages: z.int(),
  rows: z.int(),
  files: z.int(),
  bytes: z.int(),
  digest: z.string(),
  reopened: z.boolean(),
})

export interface RemoteOptions {
  /** Address of the gateway: https, or http on this machine. */
  url: string
  token: string
  fetch?: typeof globalThis.fetch
}

export class RemoteGateway {
  readonly #url: string
  #token: string
  readonly #fetch: typeof globalThis.fetch

  /** Throws 400 for an address that is none, or over which secrets must not travel. */
  constructor({ url, token, fetch = globalThis.fetch }: RemoteOptions) {
    this.#url = checked(url)
    this.#token = token
    this.#fetch = fetch
  }

  /** Everything the gateway holds; waits for turns that run. */
  async manifest(): Promise<Manifest> {
    const answer = await this.#ask('GET', '/api/transfer/manifest')
    return parsed(manifestSchema, await answer.json())
  }

  async chunk(ref: ChunkRef): Promise<Uint8Array> {
    const query: Record<string, string> =
      'table' in ref
        ? { table: ref.table, rows: String(ref.rows), ...(ref.after ? { after: JSON.stringify(ref.after) } : {}) }
        : { path: ref.path, offset: String(ref.offset), length: String(ref.length) }
    const answer = await this.#ask('GET', `/api/transfer/chunk?${new URLSearchParams(query)}`)
    return new Uint8Array(await answer.arrayBuffer())
  }

  async begin(manifest: Manifest, replace: boolean): Promise<string[]> {
    const answer = await this.#ask('POST', '/api/transfer/begin', JSON.stringify({ manifest, replace }))
    return parsed(begun, await answer.json()).missing
  }

  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#ask('POST', `/api/transfer/chunk?sha256=${sha256}`, bytes as Uint8Array<ArrayBuffer>)
  }

  /**
   * Commits the manifest with this digest. `tokenAfter` is the token that the gateway has from then on, where that is known:
   * when the answer is lost on the way, only it opens the gateway that was told to become another.
   */
  async commit(digest: string, tokenAfter?: string): Promise<z.output<typeof committed>> {
    for (;;) {
      const answer = await this.#ask('POST', `/api/transfer/commit?digest=${digest}`, undefined, tokenAfter)
      if (answer.status !== 202) return parsed(committed, await answer.json())
      parsed(loading, await answer.json())
    }
  }

  async abort(): Promise<void> {
    await this.#ask('POST', '/api/transfer/abort')
  }

  /** Tries again what a lost connection, a limit or a gateway that is busy refused; other refusals are thrown as they came. */
  async #ask(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    tokenAfter?: string,
  ): Promise<Response> {
    const give = Date.now() + LONGEST_WAIT_MS
    let other = tokenAfter
    let lost = false
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#fetch(this.#url + path, {
        method,
        headers: { authorization: `Bearer ${this.#token}` },
        redirect: 'manual',
        ...(body === undefined ? {} : { body }),
      }).catch((cause: unknown) => {
        if (attempt >= ATTEMPTS) throw unreachable(this.#url, cause)
        lost = true
        return null
      })
      if (answer?.ok) return answer
      if (answer?.status === 401 && lost && other !== undefined) {
        await answer.body?.cancel()
        this.#token = other
        other = undefined
        continue
      }
      const wait = answer ? retryAfter(answer) : 250 * 2 ** attempt
      if (answer && (wait === null || Date.now() + wait > give)) throw await refusal(answer, this.#url)
      await answer?.body?.cancel()
      await sleep(wait ?? 0)
    }
  }
}

/** ms to wait before the same request may succeed; null where waiting does not help. */
function retryAfter(answer: Response): number | null {
  const seconds = Number(answer.headers.get('retry-after'))
  return [409, 429, 503].includes(answer.status) && seconds > 0 ? seconds * 1000 : null
}

function checked(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new GatewayError(400, 'bad_url', `${text} is no address of a gateway.`)
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new GatewayError(
      400,
      'not_private',
      'A transfer carries every secret of a gateway: the address must be https.',
    )
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

async function refusal(answer: Response, url: string): Promise<GatewayError> {
  const text = (await answer.text()).trim().slice(0, 500)
  if (answer.status === 401) return new GatewayError(401, 'unauthorized', `${url} does not accept this token.`)
  if (answer.status === 404 && !text.includes('such'))
    return new GatewayError(404, 'no_gateway', `There is no gateway of this version at ${url}.`)
  return new GatewayError(answer.status, 'refused', text || `${url} answered ${answer.status}.`)
}

function unreachable(url: string, cause: unknown): GatewayError {
  return new GatewayError(502, 'unreachable', `${url} does not answer. Run the same command again to go on.`, { cause })
}

function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new GatewayError(502, 'not_understood', 'The answer was not understood. Is it another version of the gateway?')
}
