/** Reading a home in the portable form: its manifest, and each chunk that the manifest names. */
import { badRequest, GatewayError } from '../errors.ts'
import type { SqlValue } from '../platform.ts'
import { contentsOf, locate, openedCredential, type TransferHome } from './contents.ts'
import {
  digestOf,
  FILE_CHUNK,
  type FileEntry,
  FORMAT,
  FORMAT_VERSION,
  listSha256,
  type Manifest,
  sha256Of,
} from './format.ts'
import { clocksOf, portableTables, readRows, schemaOf, tableEntry } from './tables.ts'

/** What a chunk is asked by: a piece of a table or of a file. */
export type ChunkRef =
  | { table: string; after: readonly SqlValue[] | null; rows: number }
  | { path: string; offset: number; length: number }

export interface ExporterDeps {
  home: TransferHome
  now(): number
  version: string
}

/** Whether a key can be one of a row: the database holds no larger whole numbers. */
const isStored = (value: SqlValue) =>
  typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)

/** Keeps the checksums of files by their version, so that a second manifest reads only what changed. */
export class Exporter {
  readonly #deps: ExporterDeps
  readonly #known = new Map<string, { version: string; entry: FileEntry }>()

  constructor(deps: ExporterDeps) {
    this.#deps = deps
  }

  /**
   * What the home holds now. It is one moment when two manifests in a row have the same digest. 409 while turns run: their
   * copy would run them as well.
   */
  async manifest(): Promise<Manifest> {
    const { home, now, version } = this.#deps
    const { db } = home
    const [busy] = db.query<{ live: number }>('SELECT count(*) AS live FROM turn WHERE ended_at IS NULL')
    if (busy!.live > 0) {
      throw new GatewayError(409, 'busy', 'turns are running: wait for them or stop them, then try again', {
        headers: { 'retry-after': '2' },
      })
    }
    const [moving] = db.query<{ left: number }>("SELECT count(*) AS left FROM import_session WHERE state = 'pending'")
    if (moving!.left > 0) {
      throw new GatewayError(
        409,
        'moving_in',
        'the sessions of the earlier program are still moving in: try again later',
        {
          headers: { 'retry-after': '10' },
        },
      )
    }
    const tables = []
    for (const shape of portableTables(db)) tables.push(await tableEntry(db, shape))
    const files: FileEntry[] = []
    const seen = new Set<string>()
    const left_out: Manifest['left_out'] = []
    for await (const { path, version, problem } of contentsOf(home)) {
      if (problem !== undefined) left_out.push({ path, reason: problem })
      else {
        files.push(await this.#fileEntry(path, version))
        seen.add(path)
      }
    }
    for (const path of this.#known.keys()) if (!seen.has(path)) this.#known.delete(path)
    return {
      format: FORMAT,
      version: FORMAT_VERSION,
      created_at: new Date(now()).toISOString(),
      gateway_version: version,
      schema: schemaOf(db),
      tables,
      files,
      clocks: clocksOf(db),
      left_out,
      digest: await digestOf({ tables, files }),
    }
  }

  /** The bytes of a chunk as they are now: whoever asked compares their checksum. 404 for what does not travel. */
  async chunk(ref: ChunkRef): Promise<Uint8Array> {
    const { home } = this.#deps
    if ('table' in ref) {
      const shape = portableTables(home.db).find(({ name }) => name === ref.table)
      if (!shape) throw new GatewayError(404, 'not_found', `no such table: ${ref.table}`)
      if (ref.after !== null && !(ref.after.length === shape.key.length && ref.after.every(isStored)))
        throw badRequest('`after` is no key of this table')
      return readRows(home.db, shape, ref.after, ref.rows).bytes
    }
    const located = locate(home, ref.path)
    const opened = await openedCredential(home, located)
    const length = Math.min(ref.length, FILE_CHUNK)
    return opened
      ? opened.subarray(ref.offset, ref.offset + length)
      : located.files.read(located.path, ref.offset, length)
  }

  async #fileEntry(path: string, version: string): Promise<FileEntry> {
    const known = this.#known.get(path)
    if (known?.version === version) return known.entry
    const chunks: FileEntry['chunks'] = []
    let size = 0
    for (;;) {
      const bytes = await this.chunk({ path, offset: size, length: FILE_CHUNK })
      if (bytes.length === 0) break
      chunks.push({ sha256: await sha256Of(bytes), bytes: bytes.length })
      size += bytes.length
      if (bytes.length < FILE_CHUNK) break
    }
    const entry = { path, size, sha256: await listSha256(chunks), chunks }
    this.#known.set(path, { version, entry })
    return entry
  }
}
