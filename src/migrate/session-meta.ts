/** What the sidecars of the session folder tell: summary, compactions, languages (workspace-formats.md 3.4 and 3.6). */
import * as z from 'zod'
import { FileError, type Files } from '../files/index.ts'
import { CATALOGUE } from './session-names.ts'

export interface SessionMeta {
  kind?: string
  summary?: string
  compactions: number
  lastLanguage?: string
  preferredLanguage?: string
  /** ms since the epoch. */
  createdAt?: number
  updatedAt?: number
}

/** Larger sidecars are damaged: they hold one entry a session. */
const SIDECAR_LIMIT = 16 * 1024 * 1024

const text = z
  .string()
  .transform((value) => value.trim() || undefined)
  .optional()
  .catch(undefined)
const count = z.int().nonnegative().catch(0)
const time = z.int().positive().optional().catch(undefined)

const sidecar = z
  .object({
    kind: text,
    summary: text,
    compaction_count: count,
    last_language: text,
    preferred_language: text,
    created_at: time,
    updated_at: time,
  })
  .transform((meta) => ({
    kind: meta.kind,
    summary: meta.summary,
    compactions: meta.compaction_count,
    lastLanguage: meta.last_language,
    preferredLanguage: meta.preferred_language,
    createdAt: meta.created_at,
    updatedAt: meta.updated_at,
  }))

const entry = z
  .object({
    kind: text,
    summary: text,
    compactionCount: count,
    lastLanguage: text,
    preferredLanguage: text,
    updatedAt: time,
  })
  .transform(({ compactionCount, ...meta }) => ({ ...meta, compactions: compactionCount }))

/** The sidecar of one session; null when it is missing or cannot be read. */
export async function readMeta(files: Files, name: string): Promise<SessionMeta | null> {
  const parsed = sidecar.safeParse(await readJson(files, name))
  return parsed.success ? parsed.data : null
}

/** The catalogue by session key; empty when it is missing or cannot be read. */
export async function readCatalogue(files: Files): Promise<Map<string, SessionMeta>> {
  const entries = z.record(z.string(), z.unknown()).safeParse(await readJson(files, CATALOGUE))
  const found = new Map<string, SessionMeta>()
  for (const [key, value] of Object.entries(entries.success ? entries.data : {})) {
    const parsed = entry.safeParse(value)
    if (parsed.success && key.trim()) found.set(key.trim(), parsed.data)
  }
  return found
}

/** The sidecar first, the catalogue where it says nothing; of the compaction counts the larger. */
export function mergedMeta(own: SessionMeta | null, listed: SessionMeta | undefined): SessionMeta {
  const meta = { ...defined(listed), ...defined(own) }
  return { ...meta, compactions: Math.max(own?.compactions ?? 0, listed?.compactions ?? 0) }
}

function defined(meta: SessionMeta | null | undefined): Partial<SessionMeta> {
  return Object.fromEntries(Object.entries(meta ?? {}).filter(([, value]) => value !== undefined))
}

async function readJson(files: Files, name: string): Promise<unknown> {
  try {
    const stat = await files.stat(name)
    if (!stat || stat.size > SIDECAR_LIMIT) return undefined
    return JSON.parse(new TextDecoder().decode(await files.read(name)))
  } catch (error) {
    if (error instanceof FileError || error instanceof SyntaxError) return undefined
    throw error
  }
}
