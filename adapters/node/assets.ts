/** Static files as the `asset` part of the platform: of the build, and in a checkout without one of the package they come from. */
import { readFile } from 'node:fs/promises'
import { packageRoot } from './package-root.ts'

const FOLDERS = [new URL('dist/assets/', packageRoot), new URL('node_modules/swagger-ui-dist/', packageRoot)]
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

/** A file by its plain name, from the first folder that has it; null when there is none. Never leaves the folders. */
export async function builtAsset(name: string, folders: readonly URL[] = FOLDERS): Promise<Response | null> {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) return null
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  for (const folder of folders) {
    const bytes = await readFile(new URL(name, folder)).catch(() => null)
    if (bytes) return new Response(new Uint8Array(bytes), { headers: { 'content-type': type } })
  }
  return null
}
