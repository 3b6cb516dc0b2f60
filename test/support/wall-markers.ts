/** Secrets that can be told apart wherever they come up again, also packed into another encoding. */
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Every place where a tenant of a wall test keeps its marker. */
export const PLACES = [
  ...['session', 'title', 'memory', 'file', 'upload', 'skill', 'job', 'key', 'channel', 'draft', 'account'],
  ...['credential', 'log'],
] as const
export type Place = (typeof PLACES)[number] | string

const MARKER = /zq[0-9a-f]{16}/g

/** A text of letters and digits that occurs nowhere else: no encoding of paths, JSON or HTML changes it. */
export const newMarker = () => `zq${randomBytes(8).toString('hex')}`

/** All markers in a text, as they stand, in another case, and in base64. */
export function markersIn(text: string): Set<string> {
  const found = new Set(text.toLowerCase().match(MARKER))
  // A marker alone has 24 characters in base64.
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}/g)) {
    for (let skipped = 0; skipped < 4; skipped++) {
      const bytes = Buffer.from(run.slice(skipped), 'base64').toString('latin1')
      for (const marker of bytes.match(MARKER) ?? []) found.add(marker)
    }
  }
  return found
}

/** The markers in a text that are not `own`. */
export const foreignIn = (text: string, own: string): string[] => [...markersIn(text)].filter((each) => each !== own)

/** Each file below a folder that holds markers, and which. Text only: bytes are read as Latin-1. */
export async function markersBelow(folder: string): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // Temporary files go while one looks.
    const bytes = await readFile(path).catch(() => null)
    const markers = new Set(bytes?.toString('latin1').match(MARKER))
    if (markers.size > 0) found.set(path.slice(folder.length + 1), markers)
  }
  return found
}
