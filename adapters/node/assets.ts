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
  webmanifest: 'application/manifest+json',
  woff2: 'font/woff2',
}
const NAME = /^(?:console\/)?[A-Za-z0-9][\w.-]*$/

export interface AssetOptions {
  /** The client's Accept-Encoding: with `br` in it a file goes out compressed, where the build has compressed it. */
  acceptEncoding?: string | undefined
  folders?: readonly URL[]
}

/**
 * A file by its name, plain or in the folder `console/`, from the first folder that has it; null when there is none.
 * Never leaves the folders.
 */
export async function builtAsset(
  name: string,
  { acceptEncoding = '', folders = FOLDERS }: AssetOptions = {},
): Promise<Response | null> {
  if (!NAME.test(name)) return null
  const headers = { 'content-type': TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream' }
  const compressed = /\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(acceptEncoding)
  for (const folder of folders) {
    const small = compressed ? await contents(new URL(`${name}.br`, folder)) : null
    if (small) return new Response(small, { headers: { ...headers, 'content-encoding': 'br' } })
    const bytes = await contents(new URL(name, folder))
    if (bytes) return new Response(bytes, { headers })
  }
  return null
}

async function contents(file: URL): Promise<Uint8Array<ArrayBuffer> | null> {
  return await readFile(file).then(
    (bytes) => new Uint8Array(bytes),
    () => null,
  )
}
