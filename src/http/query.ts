/** Query strings (api-behaviour.md section 2.5): how they are read, and the field types routes build schemas from. */
import * as z from 'zod'

/** The raw query of a URL, without `?` and fragment. */
function rawQuery(url: string): string {
  const start = url.indexOf('?')
  if (start === -1) return ''
  const end = url.indexOf('#', start)
  return end === -1 ? url.slice(start + 1) : url.slice(start + 1, end)
}

/** `+` is a space; null when a percent escape is broken. */
function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text)
  } catch {
    return null
  }
}

/** Each parameter's first value. A pair with a broken escape or a `;` is dropped, the rest counts. */
export function readQuery(url: string): Map<string, string> {
  const values = new Map<string, string>()
  const query = rawQuery(url)
  if (query === '') return values
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1))
    if (name !== null && value !== null && !values.has(name)) values.set(name, value)
  }
  return values
}

const INTEGER = /^[+-]?\d{1,18}$/

/** A bounded integer: not a number or not positive gives `fallback`, above `max` gives `max`. */
export function boundedInt(fallback: number, max: number) {
  return z
    .string()
    .optional()
    .transform((value) => {
      const trimmed = value?.trim() ?? ''
      const number = INTEGER.test(trimmed) ? Number(trimmed) : 0
      return number > 0 ? Math.min(number, max) : fallback
    })
    .meta({ type: 'integer', minimum: 0, maximum: max, description: `Default ${fallback}, at most ${max}.` })
}

/** True when the parameter is exactly `on`; `true` is not `1`. */
export function flag(on = '1') {
  return z
    .string()
    .optional()
    .transform((value) => value === on)
    .meta({ enum: [on], description: `\`${on}\` to switch it on.` })
}

/** Trimmed text; absent or blank gives `fallback`. */
export function text(fallback = '') {
  return z
    .string()
    .optional()
    .transform((value) => value?.trim() || fallback)
}
