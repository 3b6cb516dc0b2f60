/** What a backup holds, as it says itself: the last entry of the archive. */
import * as z from 'zod'

/** The name of the manifest in the archive; everything else is below `home/`. */
export const MANIFEST = 'manifest.json'
const HOME = 'home/'

const SHA256 = /^[0-9a-f]{64}$/

const entry = z.object({
  /** Relative to the home. */
  path: z.string().refine(isContained, 'leads out of the home'),
  kind: z.enum(['file', 'dir']),
  /** Bytes; 0 for a folder. */
  size: z.int().nonnegative(),
  /** Permission bits. */
  mode: z.int().min(0).max(0o777),
  /** ms since the epoch. */
  mtime: z.number(),
  /** Hexadecimal; empty for a folder. */
  sha256: z.string().refine((text) => text === '' || SHA256.test(text), 'is no checksum'),
})

export const manifestSchema = z.object({
  format: z.literal('clawgo-backup'),
  version: z.literal(1, 'the backup is from a newer version of the gateway'),
  /** ISO 8601. */
  created_at: z.string(),
  gateway_version: z.string(),
  /** Schema version of each room of the database. */
  schema: z.record(z.string(), z.int()),
  /** Where the workspace was when it is not in the backup; empty when it is. */
  workspace_outside: z.string(),
  entries: z.array(entry),
  /** Paths that were not taken along, with the reason. */
  left_out: z.array(z.object({ path: z.string(), reason: z.string() })),
})

export type BackupManifest = z.output<typeof manifestSchema>
export type BackupEntry = z.output<typeof entry>

/** The name of a home's entry in the archive. */
export function entryName({ path, kind }: Pick<BackupEntry, 'path' | 'kind'>): string {
  return `${HOME}${path}${kind === 'dir' ? '/' : ''}`
}

/** The home's path of a name in the archive; null for a name that is none of the home's, or leads out of it. */
export function homePath(name: string): string | null {
  if (!name.startsWith(HOME)) return null
  const path = name.slice(HOME.length).replace(/\/$/, '')
  return isContained(path) ? path : null
}

/** A relative path that stays below its root on every system. */
function isContained(path: string): boolean {
  if (path === '' || path.startsWith('/') || path.includes('\\') || path.includes('\0')) return false
  if (/^[a-z]:/i.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}
