/** `channels.feishu` of the config, as the channel reads it. Who may write and where is decided outside of it. */
export interface FeishuSettings {
  readonly domain: string
  readonly app_id: string
  readonly app_secret: string
  readonly encrypt_key: string
  readonly verification_token: string
}

/** Why these settings cannot run; null when they can. */
export function settingsProblem({ app_id, app_secret, domain }: FeishuSettings): string | null {
  if (app_id.trim() === '') return 'channels.feishu.app_id is required when channels.feishu.enabled=true'
  if (app_secret.trim() === '') return 'channels.feishu.app_secret is required when channels.feishu.enabled=true'
  if (!usableDomain(domain)) {
    return 'channels.feishu.domain must be https://open.feishu.cn or https://open.larksuite.com'
  }
  return null
}

/** The secret of the app goes there: an https origin, or this machine. */
function usableDomain(domain: string): boolean {
  const url = URL.parse(domain)
  if (url === null || url.pathname !== '/' || url.search || url.hash || url.username || url.password) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(url.hostname))
}

/**
 * Whether events can be told from forgeries when they come over HTTP: by their signature and encryption, or at least by
 * the token inside.
 */
export function canVerifyEvents({ encrypt_key, verification_token }: FeishuSettings): boolean {
  return encrypt_key !== '' || verification_token !== ''
}
