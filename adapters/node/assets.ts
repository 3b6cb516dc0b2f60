/** The build's static files (`dist/assets`) as the `asset` part of the platform. */
import { readFile } from 'node:fs/promises'
import { packageRoot } from './package-root.ts'

const FOLDER = new URL('dist/assets/', packageRoot)
const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  ico: 'image/x-icon',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  map: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
}

/** A file of the build by its plain name; null when there is none. Never leaves the folder. */
export async function builtAsset(name: string): Promise<Response | null> {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) return null
  try {
    const bytes = await readFile(new URL(name, FOLDER))
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
  } catch {
    return null
  }
}
