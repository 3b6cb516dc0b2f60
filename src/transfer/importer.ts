/**
 * Writing a home from the portable form. Chunks gather in a staging area; the commit verifies everything and then swaps:
 * all tables in one transaction, which is the moment it happens, then the files, under a journal that a restart ends.
 */
import { STAGING } from '../backup/index.ts'
import { checkConfigText } from '../config/index.ts'
import { GatewayError } from '../errors.ts'
import { folder } from '../files/index.ts'
import type { SqlValue } from '../platform.ts'
import { checkManifest } from './check-manifest.ts'
import { CONFIG, hasContent, type TransferHome } from './contents.ts'
import { countsOf, type Manifest, rowBytesOf } from './format.ts'
import { beginJournal, endJournal, lastImport, openJournal } from './journal.ts'
import { beginStage, dropStages, stageChunk, swapTables } from './stage-tables.ts'
import { nothingBegun, Staging } from './staging.ts'
import { type SwapOptions, swapFiles } from './swap-files.ts'
import { portableTables } from './tables.ts'

export interface ImporterDeps extends SwapOptions {
  home: TransferHome
  now(): number
  /** The config's setting of the workspace, which the journal keeps for a restart. */
  workspace: string
  /** Stops everything that writes, right before the swap. */
  quiesce?: () => Promise<void>
  /** Throws when this home may not take so many bytes of files, and of rows. */
  admitBytes?: (files: number, rows: number) => void
}

export type Imported = ReturnType<typeof countsOf> & { digest: string }

/** How far the loading has come: parts of the manifest. */
export interface Loading {
  loaded: number
  of: number
}

/** Where the loading goes on: a table's chunk, or a file. */
interface Position {
  table: number
  chunk: number
  after: readonly SqlValue[] | null
  file: number
}

const START: Position = { table: 0, chunk: 0, after: null, file: 0 }

export class Importer {
  readonly #deps: ImporterDeps
  readonly #staging: Staging
  #busy = false
  #at: Position = START

  constructor(deps: ImporterDeps) {
    this.#deps = deps
    this.#staging = new Staging(folder(deps.home.files, STAGING))
  }

  /**
   * Begins an import, or goes on with one: gives the checksums of the chunks that are still to come. 409 when the schema is
   * another, or when this home has content and `replace` is not given.
   */
  async begin(manifest: Manifest, { replace = false } = {}): Promise<string[]> {
    return this.#alone(async () => {
      const { home, admitBytes } = this.#deps
      await checkManifest(home, manifest)
      if (!replace) this.#refuseContent()
      admitBytes?.(countsOf(manifest).bytes, rowBytesOf(manifest))
      this.#at = START
      dropStages(home.db)
      await this.#staging.begin({ manifest, replace })
      return this.#staging.missing(manifest)
    })
  }

  /** Takes one chunk; the same one twice is fine. 409 when no import has begun, 400 when it is none of its chunks. */
  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    this.#refuseBusy()
    await this.#staging.put(sha256, bytes)
  }

  /**
   * Verifies what came and lays it ready, about `bytes` of it: null when all is, else how far it is; then call again. 409 with
   * the number of chunks that are missing.
   */
  async load(bytes: number): Promise<Loading | null> {
    return this.#alone(() => this.#load(bytes))
  }

  /**
   * Verifies the rest and puts everything in the place of what is here. Until the swap nothing is touched; whatever fails
   * before it can be tried again. With the `digest` of the import that was the last one here it says so again.
   */
  async commit(digest?: string): Promise<Imported> {
    return this.#alone(async () => {
      const done = await this.#done(digest)
      if (done) return done
      while (await this.#load(Infinity));
      return this.#swap()
    })
  }

  /** The import with this digest, when it was the last one here and none is under way. */
  async done(digest: string | undefined): Promise<Imported | null> {
    this.#refuseBusy()
    return this.#done(digest)
  }

  /** Gives an import up and removes what came for it. */
  async abort(): Promise<void> {
    return this.#alone(async () => {
      this.#at = START
      dropStages(this.#deps.home.db)
      await this.#staging.clear()
    })
  }

  /** Ends a commit that a crash cut off after its tables were swapped. Call before anything else opens the home. */
  async resume(): Promise<boolean> {
    if (openJournal(this.#deps.home.db) === null) return false
    const begun = await this.#staging.begun()
    if (begun) await this.#finish(begun.manifest)
    else endJournal(this.#deps.home.db)
    return true
  }

  async #done(digest: string | undefined): Promise<Imported | null> {
    if (digest === undefined || (await this.#staging.begun())) return null
    const last = lastImport(this.#deps.home.db)
    return last?.digest === digest ? last : null
  }

  async #load(bytes: number): Promise<Loading | null> {
    const { db } = this.#deps.home
    const manifest = (await this.#staging.begun())?.manifest
    if (!manifest) throw nothingBegun()
    const missing = await this.#staging.missing(manifest)
    if (missing.length > 0) throw new GatewayError(409, 'incomplete', `${missing.length} chunks are still missing`)
    try {
      const shapes = portableTables(db)
      let left = bytes
      for (let at = this.#at; left > 0; at = this.#at) {
        const entry = manifest.tables[at.table]
        const chunk = entry?.chunks[at.chunk]
        if (entry && chunk) {
          const shape = shapes.find(({ name }) => name === entry.name)!
          if (at.chunk === 0) beginStage(db, shape)
          const after = await stageChunk(db, shape, { entry, n: at.chunk, after: at.after }, this.#staging)
          this.#at = { ...at, chunk: at.chunk + 1, after }
          left -= chunk.bytes
        } else if (entry) this.#at = { ...at, table: at.table + 1, chunk: 0, after: null }
        else if (at.file < manifest.files.length) {
          const { path, size, chunks } = manifest.files[at.file]!
          const written = await this.#staging.assemble(at.file, chunks)
          if (written !== size) throw new GatewayError(400, 'damaged', `${path} did not arrive as it was sent`)
          // With a config that does not open nobody could undo what comes next.
          if (path === CONFIG) checkConfigText(await this.#staging.text(at.file))
          this.#at = { ...at, file: at.file + 1 }
          left -= size + FILE_COST
        } else return null
      }
      return progressOf(manifest, this.#at)
    } catch (error) {
      this.#at = START
      throw error
    }
  }

  async #swap(): Promise<Imported> {
    const { home, now, workspace, quiesce, fault } = this.#deps
    const { db } = home
    const begun = await this.#staging.begun()
    if (!begun) throw nothingBegun()
    const { manifest, replace } = begun
    const imported = { ...countsOf(manifest), digest: manifest.digest }
    fault?.('transfer-verified')
    // Somebody may have begun to use this home since.
    if (!replace) this.#refuseContent()
    await quiesce?.()
    this.#at = START
    db.transaction(() => {
      if (!replace) this.#refuseContent()
      swapTables(db, portableTables(db), manifest)
      beginJournal(db, { at: now(), workspace, imported })
    })
    fault?.('transfer-swapped')
    await this.#finish(manifest)
    return imported
  }

  /** The journal ends last: until then every start does the rest again, and what came is not left behind. */
  async #finish(manifest: Manifest): Promise<void> {
    const { home, config, fault } = this.#deps
    await swapFiles(home, manifest, this.#staging, { config, fault })
    await this.#staging.clear()
    fault?.('transfer-cleared')
    endJournal(home.db)
  }

  #refuseContent(): void {
    if (!hasContent(this.#deps.home)) return
    throw new GatewayError(
      409,
      'not_empty',
      'This gateway has sessions, jobs or accounts of its own. With `replace` they are replaced by what comes.',
    )
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseBusy()
    this.#busy = true
    try {
      return await work()
    } finally {
      this.#busy = false
    }
  }

  #refuseBusy(): void {
    if (!this.#busy) return
    const headers = { 'retry-after': '2' }
    throw new GatewayError(409, 'busy', 'another step of a transfer is under way here: try again', { headers })
  }
}

/** A file costs work beyond its bytes. */
const FILE_COST = 4096

function progressOf(manifest: Manifest, { table, chunk, file }: Position): Loading {
  const before = manifest.tables.slice(0, table).reduce((sum, { chunks }) => sum + chunks.length, 0)
  const rows = manifest.tables.reduce((sum, { chunks }) => sum + chunks.length, 0)
  return { loaded: before + chunk + file, of: rows + manifest.files.length }
}
