/** Takes out what looks like a secret, for messages that may quote a vendor's answer. */

const SECRETS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, '$1 ***'],
  [/\b(sk|pk|rk|gsk|xai|hf|nvapi|pplx|r8|csk|ghp|glpat)[-_][\w*.-]{6,}/gi, '$1-***'],
  [/\bAIza[\w-]{8,}/g, 'AIza***'],
  [/\beyJ[\w-]{8,}\.[\w-]{4,}(\.[\w-]*)?/g, '***'],
  [/([?&](?:key|api_key|apikey|token|access_token)=)[^&\s"']+/gi, '$1***'],
  [/((?:api[_ -]?key|access[_ -]?token|secret|password)["']?(?: provided)?\s*[:=]\s*["']?)[^\s"',}]{6,}/gi, '$1***'],
  [/(\/\/)[^/\s@]+@/g, '$1***@'],
]

/** The text without keys, tokens and passwords. */
export function redact(text: string): string {
  return SECRETS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
}
