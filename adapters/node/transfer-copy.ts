/** Carrying a gateway from one end to the other, chunk by chunk, until both are the same. */
import { GatewayError } from '../../src/errors.ts'
import { type ChunkRef, chunksOf, type Manifest, sha256Of } from '../../src/transfer/index.ts'

export interface Source {
  manifest(): Promise<Manifest>
  chunk(ref: ChunkRef): Promise<Uint8Array>
  /** Nothing can change it meanwhile. */
  steady: boolean
}

export interface Target {
  /** Checksums of the chunks it still needs. */
  begin(manifest: Manifest): Promise<string[]>
  put(sha256: string, bytes: Uint8Array): Promise<void>
}

export interface Progress {
  /** Chunks in all, those that were there already, and those carried so far. */
  total: number
  present: number
  carried: number
}

/** A gateway that lives on is looked at this often before it is said to be too busy. */
const ROUNDS = 6
const AT_ONCE = 4

/**
 * Brings every chunk of the source to the target and returns the manifest they agree on; the target may commit then. What
 * changes at the source meanwhile is carried again. Throws 409 when the source never rests.
 */
export async function carry(source: Source, target: Target, progress: (now: Progress) => void): Promise<Manifest> {
  let carried = 0
  let manifest = await source.manifest()
  for (let round = 1; round <= ROUNDS; round++) {
    const missing = await target.begin(manifest)
    const total = chunksOf(manifest).size
    const present = total - missing.length
    const before = carried
    progress({ total, present, carried: 0 })
    const changed = !(await carryMissing(source, target, manifest, missing, () => {
      carried += 1
      progress({ total, present, carried: carried - before })
    }))
    if (source.steady && !changed) return manifest
    const after = await source.manifest()
    if (!changed && after.digest === manifest.digest) return manifest
    manifest = after
  }
  throw new GatewayError(
    409,
    'never_still',
    'The gateway changes all the time: stop what it does, then run this again.',
  )
}

/** False as soon as a chunk is not what the manifest says. */
async function carryMissing(
  source: Source,
  target: Target,
  manifest: Manifest,
  missing: readonly string[],
  done: () => void,
): Promise<boolean> {
  const pieces = piecesOf(manifest, new Set(missing))
  let same = true
  const worker = async () => {
    for (let piece = pieces.next(); same && !piece.done; piece = pieces.next()) {
      const { sha256, ref } = piece.value
      const bytes = await source.chunk(ref).catch((error: unknown) => {
        if (error instanceof GatewayError && error.status === 404 && !source.steady) return null // removed meanwhile
        throw error
      })
      if (bytes === null || (await sha256Of(bytes)) !== sha256) same = false
      else {
        await target.put(sha256, bytes)
        done()
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return same
}

/** Where each wanted chunk is found. */
function* piecesOf(manifest: Manifest, wanted: Set<string>): Generator<{ sha256: string; ref: ChunkRef }> {
  for (const { name, chunks } of manifest.tables) {
    for (const { sha256, after, rows } of chunks) {
      if (wanted.delete(sha256)) yield { sha256, ref: { table: name, after, rows } }
    }
  }
  for (const { path, chunks } of manifest.files) {
    let offset = 0
    for (const { sha256, bytes } of chunks) {
      if (wanted.delete(sha256)) yield { sha256, ref: { path, offset, length: bytes } }
      offset += bytes
    }
  }
}
