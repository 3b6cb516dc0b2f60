/** What comes back from a vendor's page, as its owner pastes it (providers.md section 6.2). */
import { badRequest } from '../errors.ts'

/**
 * The code of a callback URL. `code#state`, as some vendors' pages show it, is taken as well. 400: no URL, another login's
 * state, an error of the vendor, no code.
 */
export function codeFrom(pasted: string, state: string): string {
  const parameters = parametersOf(pasted.trim())
  if (parameters.get('state') !== state) throw badRequest('oauth callback state mismatch')
  const error = parameters.get('error')
  if (error) throw badRequest(`oauth callback returned error: ${error.replace(/[^\w .-]/g, '').slice(0, 80)}`)
  const code = parameters.get('code')
  if (!code) throw badRequest('oauth callback missing code')
  return code
}

function parametersOf(text: string): URLSearchParams {
  const shown = /^([^\s#?&=/:]+)#([^\s#?&=]+)$/.exec(text)
  if (shown) return new URLSearchParams({ code: shown[1]!, state: shown[2]! })
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw badRequest('invalid callback url: paste the whole address of the page that the browser ended on')
  }
  return url.searchParams
}
