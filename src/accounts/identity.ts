/** Who an account is, and what it pays for: from token responses and the claims of id tokens (providers.md section 6.4). */

type Loose = Readonly<Record<string, unknown>>

/** Where OpenAI keeps what it says about a ChatGPT account. */
const OPENAI_CLAIMS = 'https://api.openai.com/auth'

export interface Identity {
  email: string
  accountId: string
  projectId: string
}

/** The claims of a JWT, unchecked: it came from the token endpoint itself, or from the owner's file. Empty when it is none. */
export function claimsOf(idToken: string): Loose {
  try {
    const payload = idToken.split('.')[1] ?? ''
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return isObject(claims) ? claims : {}
  } catch {
    return {}
  }
}

/** What a token response and the claims of its id token say; a missing fact is an empty text. */
export function identityIn(response: Loose, claims: Loose): Identity {
  const account = isObject(response.account) ? response.account : {}
  const organization = isObject(response.organization) ? response.organization : {}
  const openai = isObject(claims[OPENAI_CLAIMS]) ? claims[OPENAI_CLAIMS] : {}
  return {
    email: first(account.email_address, response.email, claims.email),
    accountId: first(
      account.uuid,
      organization.uuid,
      openai.chatgpt_account_id,
      response.account_id,
      response.sub,
      claims.sub,
    ),
    projectId: first(response.project_id, response.projectId),
  }
}

/** What the runtime view shows of an account's plan; members that say nothing are absent. */
export interface Plan {
  plan_type?: string
  quota_source?: string
  balance_label?: string
  balance_detail?: string
  subscription_active_start?: string
  subscription_active_until?: string
}

/** The plan of an account: a ChatGPT subscription, or a Google project. */
export function planOf(flow: string, credential: { id_token: string; project_id: string }, now: number): Plan {
  if (flow === 'codex') return chatgptPlan(claimsOf(credential.id_token), now)
  if ((flow === 'gemini' || flow === 'antigravity') && credential.project_id) {
    return { quota_source: flow, balance_label: 'project', balance_detail: credential.project_id }
  }
  return {}
}

function chatgptPlan(claims: Loose, now: number): Plan {
  const openai = isObject(claims[OPENAI_CLAIMS]) ? claims[OPENAI_CLAIMS] : {}
  const plan = first(openai.chatgpt_plan_type, openai.plan_type)
  const start = first(openai.chatgpt_subscription_active_start, openai.subscription_active_start)
  const until = first(openai.chatgpt_subscription_active_until, openai.subscription_active_until)
  if (!plan && !start && !until) return {}
  const detail = balance(start, until, now)
  return {
    ...(plan ? { plan_type: plan } : {}),
    quota_source: 'codex',
    balance_label: plan ? plan.toUpperCase() : 'subscription',
    ...(detail ? { balance_detail: detail } : {}),
    ...(start ? { subscription_active_start: start } : {}),
    ...(until ? { subscription_active_until: until } : {}),
  }
}

function balance(start: string, until: string, now: number): string {
  const [from, to] = [Date.parse(start), Date.parse(until)]
  if (from < to) {
    const used = Math.round(Math.min(1, Math.max(0, (now - from) / (to - from))) * 100)
    return `${start} ~ ${until} (${used}% used, ${100 - used}% left)`
  }
  return until ? `until ${until}` : start ? `from ${start}` : ''
}

function first(...values: unknown[]): string {
  for (const value of values) if (typeof value === 'string' && value.trim() !== '') return value.trim()
  return ''
}

const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
