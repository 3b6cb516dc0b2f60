/** `/api/provider/oauth/start`, `complete`, `import` (api-behaviour.md sections 5.14 to 5.16). */
import * as z from 'zod'
import { badRequest } from '../errors.ts'
import { type Route, readForm, route, text } from '../http/index.ts'
import { MAX_CREDENTIAL_BYTES } from './credential-files.ts'
import type { FinishedLogin } from './credential-filing.ts'
import type { LoginRequest, Logins, PendingLogin } from './logins.ts'

const providerText = z
  .string()
  .optional()
  .describe("The provider's name in the config. Default: that of the primary model.")
const labelText = z.string().optional().describe('What its owner calls the account.')
const proxyText = z
  .string()
  .optional()
  .describe(
    'Proxy of the account: http, https, socks5 or socks5h. Node only; on the edge 501. One at a private address must be named by the config.',
  )
const inlineConfig = z
  .looseObject({})
  .optional()
  .describe(
    'Stands for the provider entry of the config, and becomes it when the login succeeds. Its addresses must be the vendor’s own or stand in the config.',
  )

const loginBody = {
  provider: providerText,
  account_label: labelText,
  network_proxy: proxyText,
  provider_config: inlineConfig,
}

const started = z.object({
  ok: z.literal(true),
  flow_id: z.string(),
  mode: z.enum(['callback', 'device']),
  auth_url: z.string(),
  user_code: z.string().describe('Empty in mode `callback`.'),
  instructions: z.string(),
  account_label: z.string(),
  network_proxy: z.string(),
  expires_in: z.int().describe('Seconds until the flow ends.'),
})

const finished = z.object({
  ok: z.literal(true),
  account: z.string().describe('Its e-mail, else its id or label.'),
  credential_file: z.string(),
  network_proxy: z.string(),
  models: z.array(z.string()).describe('What the vendor lists; empty when it does not tell.'),
  pending: z
    .literal(true)
    .optional()
    .describe('The code of a device flow was not typed yet: ask again; the other members are empty.'),
  retry_after_sec: z.int().optional().describe('Only when pending.'),
})

const START_ERRORS = {
  400: {
    description:
      'No OAuth provider or client is configured (the text says what to do), or a bad proxy or provider_config.',
  },
  404: { description: '`provider "<name>" not found`' },
  429: { description: 'Too many logins wait to be completed.' },
  501: { description: 'A network proxy was asked for, and this runtime has none.' },
  502: { description: 'The vendor gave no device code.' },
}

const DESCRIPTION = `Logins use a client id of yours (\`oauth.client_id\`, or \`CLAWGO_<FLOW>_CLIENT_ID\` and \`_SECRET\`): the gateway does not pass for a
vendor's own program. Google lets everybody register one; most other vendors do not, and for them an API key is the way.`

/** Routes that sign accounts in. */
export function loginRoutes(logins: Logins): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/provider/oauth/start',
      scope: [],
      tag: 'Providers',
      summary: 'Start a login',
      description: DESCRIPTION,
      query: z.object({ provider: text(), account_label: text(), network_proxy: text() }),
      responses: { 200: { description: 'Where to go.', schema: started }, ...START_ERRORS },
      handle: async ({ query }) => ({ ok: true, ...(await logins.start(requestOf(query))) }),
    }),
    route({
      method: 'POST',
      path: '/api/provider/oauth/start',
      tag: 'Providers',
      summary: 'Start a login',
      description: DESCRIPTION,
      body: z.object(loginBody),
      responses: { 200: { description: 'Where to go.', schema: started }, ...START_ERRORS },
      handle: async ({ body }) => ({ ok: true, ...(await logins.start(requestOf(body))) }),
    }),
    route({
      method: 'POST',
      path: '/api/provider/oauth/complete',
      tag: 'Providers',
      summary: 'Complete a login',
      description:
        'Answers at once: a device flow that waits for its user is `pending`, and can be asked again. A failed try leaves the flow usable unless the vendor ended it.',
      body: z.object({
        ...loginBody,
        flow_id: z.string().optional(),
        callback_url: z.string().optional().describe('The address the browser ended on; not for device flows.'),
      }),
      responses: {
        200: { description: 'Signed in, or pending.', schema: finished },
        400: { description: 'What is wrong with the callback, or what the vendor says.' },
        404: { description: '`oauth flow not found`: unknown, over, or of another provider.' },
        409: { description: 'Another request completes this login.' },
        502: { description: 'The vendor did not answer as expected.' },
      },
      async handle({ body }) {
        const { flow_id: flowId = '', callback_url: callbackUrl = '' } = body
        return answerOf(await logins.complete({ ...requestOf(body), flowId, callbackUrl }))
      },
    }),
    route({
      method: 'POST',
      path: '/api/provider/oauth/import',
      tag: 'Providers',
      summary: 'Import a credential file',
      description:
        'Files of this gateway and its predecessor, of Codex CLI, Claude Code, Gemini CLI and Qwen Code. Addresses and clients in the file are not used.',
      reads: {
        'multipart/form-data': z.object({
          file: z.string().meta({ format: 'binary' }),
          provider: providerText,
          account_label: labelText,
          network_proxy: proxyText,
          provider_config: z.string().optional().describe('JSON.'),
        }),
      },
      bodyLimit: MAX_CREDENTIAL_BYTES,
      responses: {
        200: { description: 'Stored.', schema: finished },
        400: { description: '`file required`, `invalid provider_config`, or what is wrong with the file.' },
        404: { description: '`provider "<name>" not found`' },
        413: { description: 'The form is larger than 256 KB.' },
      },
      async handle({ c }) {
        const form = await readForm(c.req.raw, MAX_CREDENTIAL_BYTES)
        const request = requestOf({
          provider: form.text('provider'),
          account_label: form.text('account_label'),
          network_proxy: form.text('network_proxy'),
          provider_config: inlineOf(form.text('provider_config')),
        })
        const file = form.file('file')
        if (!file) throw badRequest('file required')
        return answerOf(await logins.import({ ...request, text: await file.data.text(), fileName: file.name }))
      },
    }),
  ]
}

function inlineOf(json: string): unknown {
  if (json.trim() === '') return undefined
  try {
    return JSON.parse(json)
  } catch {
    throw badRequest('invalid provider_config')
  }
}

function requestOf(given: {
  provider?: string | undefined
  account_label?: string | undefined
  network_proxy?: string | undefined
  provider_config?: unknown
}): LoginRequest {
  return {
    provider: given.provider ?? '',
    accountLabel: given.account_label ?? '',
    networkProxy: given.network_proxy ?? '',
    providerConfig: given.provider_config,
  }
}

const answerOf = (login: FinishedLogin | PendingLogin) => ({ ok: true, ...login })
