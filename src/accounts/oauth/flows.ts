/**
 * Data: how each vendor lets an account sign in (providers.md section 6). No client of ours is among it: a client id is
 * the owner's, from the config or the environment, and we never borrow that of a vendor's own program.
 */
import { canonicalProvider } from '../../config/index.ts'

export interface OAuthFlow {
  readonly name: string
  /** `code`: a page that ends in a callback URL, which is pasted. `device`: a code typed into a page; `codex-device`: its own way of that. */
  readonly mode: 'code' | 'device' | 'codex-device'
  /** The page of `code`, the device authorization endpoint of `device`. */
  readonly authUrl: string
  readonly tokenUrl: string
  /** Who signs id tokens; empty where it is not known, then they are read without a check of their issuer. */
  readonly issuer: string
  readonly redirectUrl: string
  readonly scopes: readonly string[]
  /** Further parameters of the page. */
  readonly extra?: Readonly<Record<string, string>>
  /** The token endpoint wants JSON instead of a form. */
  readonly jsonTokens?: boolean
  /** Refreshing repeats the scopes. */
  readonly scopeOnRefresh?: boolean
  /** PKCE also on the device flow. */
  readonly devicePkce?: boolean
  /** Tells the e-mail to a fresh token, where the token response does not. */
  readonly userinfoUrl?: string
  /** How long before its end a token is refreshed, seconds. */
  readonly leadSec: number
  /** Where the vendor's models are: what an account's token may be sent to besides what the owner's config names. */
  readonly apiHosts: readonly string[]
  /** Accounts are asked here when `api_base` is OpenAI's, which takes keys only. */
  readonly accountBase?: string
  /** How to come by a client id. */
  readonly clientHelp: string
}

const NO_CLIENTS = (vendor: string) =>
  `${vendor} registers no clients for other programs, and this gateway does not pass for theirs: use an API key, or a client id that ${vendor} gave you`

const google = 'https://www.googleapis.com/auth/'

export const FLOWS: readonly OAuthFlow[] = [
  {
    name: 'codex',
    mode: 'codex-device',
    authUrl: 'https://auth.openai.com/api/accounts/deviceauth/usercode',
    tokenUrl: 'https://auth.openai.com/oauth/token',
    issuer: 'https://auth.openai.com',
    redirectUrl: 'https://auth.openai.com/deviceauth/callback',
    scopes: ['openid', 'email', 'profile', 'offline_access'],
    scopeOnRefresh: true,
    leadSec: 5 * 24 * 3600,
    apiHosts: ['chatgpt.com', 'api.openai.com'],
    accountBase: 'https://chatgpt.com/backend-api/codex',
    clientHelp: NO_CLIENTS('OpenAI'),
  },
  {
    name: 'claude',
    mode: 'code',
    authUrl: 'https://claude.ai/oauth/authorize',
    tokenUrl: 'https://api.anthropic.com/v1/oauth/token',
    issuer: '',
    redirectUrl: 'http://localhost:54545/callback',
    scopes: ['org:create_api_key', 'user:profile', 'user:inference'],
    extra: { code: 'true' },
    jsonTokens: true,
    leadSec: 4 * 3600,
    apiHosts: ['api.anthropic.com'],
    clientHelp: NO_CLIENTS('Anthropic'),
  },
  {
    name: 'gemini',
    mode: 'code',
    authUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    issuer: 'https://accounts.google.com',
    redirectUrl: 'http://localhost:8085/oauth2callback',
    scopes: [`${google}cloud-platform`, `${google}userinfo.email`, `${google}userinfo.profile`],
    extra: { access_type: 'offline', prompt: 'consent' },
    userinfoUrl: 'https://www.googleapis.com/oauth2/v1/userinfo?alt=json',
    leadSec: 1800,
    apiHosts: ['generativelanguage.googleapis.com', 'aiplatform.googleapis.com'],
    clientHelp: 'create an OAuth client of the type "Desktop app" in the Google Cloud console',
  },
  {
    name: 'antigravity',
    mode: 'code',
    authUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenUrl: 'https://oauth2.googleapis.com/token',
    issuer: 'https://accounts.google.com',
    redirectUrl: 'http://localhost:51121/oauth-callback',
    scopes: [
      ...['cloud-platform', 'userinfo.email', 'userinfo.profile', 'cclog', 'experimentsandconfigs'].map(
        (scope) => google + scope,
      ),
    ],
    scopeOnRefresh: true,
    extra: { access_type: 'offline', prompt: 'consent' },
    userinfoUrl: 'https://www.googleapis.com/oauth2/v1/userinfo?alt=json',
    leadSec: 300,
    apiHosts: [],
    clientHelp: NO_CLIENTS('Google (for Antigravity)'),
  },
  {
    name: 'qwen',
    mode: 'device',
    authUrl: 'https://chat.qwen.ai/api/v1/oauth2/device/code',
    tokenUrl: 'https://chat.qwen.ai/api/v1/oauth2/token',
    issuer: '',
    redirectUrl: '',
    scopes: ['openid', 'profile', 'email', 'model.completion'],
    devicePkce: true,
    leadSec: 3 * 3600,
    apiHosts: ['portal.qwen.ai', 'chat.qwen.ai', 'dashscope.aliyuncs.com', 'dashscope-intl.aliyuncs.com'],
    clientHelp: NO_CLIENTS('Qwen'),
  },
  {
    name: 'kimi',
    mode: 'device',
    authUrl: 'https://auth.kimi.com/api/oauth/device_authorization',
    tokenUrl: 'https://auth.kimi.com/api/oauth/token',
    issuer: '',
    redirectUrl: '',
    scopes: [],
    leadSec: 300,
    apiHosts: ['api.kimi.com'],
    clientHelp: NO_CLIENTS('Kimi'),
  },
  {
    name: 'iflow',
    mode: 'code',
    authUrl: 'https://iflow.cn/oauth',
    tokenUrl: 'https://iflow.cn/oauth/token',
    issuer: '',
    redirectUrl: 'http://localhost:11451/oauth2callback',
    scopes: [],
    scopeOnRefresh: true,
    leadSec: 1800,
    apiHosts: ['apis.iflow.cn'],
    clientHelp: NO_CLIENTS('iFlow'),
  },
]

/** The flow of a name or alias of `oauth.provider`; the Gemini CLI's is Google's. */
export function flowNamed(name: string): OAuthFlow | undefined {
  const canonical = canonicalProvider(name).toLowerCase()
  return FLOWS.find((flow) => flow.name === (canonical === 'gemini-cli' ? 'gemini' : canonical))
}
