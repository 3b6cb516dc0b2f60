/** Paths that no route has (api-behaviour.md section 2.1). */
import type { Context } from 'hono'
import { textError } from './errors.ts'
import { authority } from './origin.ts'

/** 301 to the cleaned path where the path was not clean, else 404. No token is asked for: nothing is there. */
export function unknownPath(c: Context): Response {
  const { url } = c.req
  const from = url.indexOf('://') + 3 + authority(url).length
  const end = url.slice(from).search(/[?#]/)
  const path = end === -1 ? url.slice(from) : url.slice(from, from + end)
  const clean = cleanPath(path)
  if (clean === path) return textError(404, '404 page not found')
  const query = end === -1 ? '' : url.slice(from + end)
  return new Response(null, { status: 301, headers: { Location: clean + query } })
}

/** Without empty, `.` and `..` segments; a slash at the end stays. */
function cleanPath(path: string): string {
  const kept: string[] = []
  const segments = path.split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  const slash = kept.length > 0 && (last === '' || last === '.' || last === '..') ? '/' : ''
  return `/${kept.join('/')}${slash}`
}
