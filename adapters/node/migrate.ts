/** `clawgo migrate` on this disk: the whole move at once, on a home that no gateway runs on; or a rehearsal of it. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { migrate } from '../../src/db/index.ts'
import { GatewayError } from '../../src/errors.ts'
import { type Files, folder } from '../../src/files/index.ts'
import { importMigrations, type MovedIn, moveIn, type OldHome, putItem } from '../../src/migrate/index.ts'
import { Sessions, sessionMigrations } from '../../src/sessions/index.ts'
import { crashPoint } from './crash-point.ts'
import { type NodeDatabase, nodeDatabase } from './database.ts'
import { copyDatabase } from './database-copy.ts'
import { openNodeFiles } from './files.ts'
import { lockHome } from './lock.ts'
import { moveConfig } from './migrate-config.ts'
import { otherHome, ownHome, workspaceSetting } from './migrate-source.ts'
import { workspacePath } from './platform.ts'

export interface MigrateOptions {
  /** The gateway's home; made when missing, unless this is a dry run. */
  home: string
  /** The config's name in the home; default `config.json`. */
  configFile?: string
  /** The home to move in from; absent: what an earlier program left in the home itself. */
  from?: string
  /** Finds out what would come, and changes nothing. May run beside a gateway. */
  dryRun?: boolean
  version: string
  /** Messages that a session with a summary keeps in its context. */
  keep: number
  /** Hears of each session before it is read. */
  progress?: ((key: string) => void) | undefined
}

/** Moves in and returns the receipt. Throws `GatewayError`: `home_in_use`, `no_home`, or what is wrong with the home. */
export async function migrateHome(options: MigrateOptions): Promise<MovedIn> {
  const home = resolve(options.home)
  const from = options.from === undefined || resolve(options.from) === home ? undefined : resolve(options.from)
  // Looked at first: a source that is none must not make a home.
  const source = from === undefined ? undefined : otherHome(from)
  if (from === undefined && !existsSync(home))
    throw new GatewayError(404, 'no_home', `There is no home in ${options.home}.`)
  return options.dryRun ? rehearse(home, from, source, options) : inHome(home, from, source, options)
}

async function inHome(
  home: string,
  from: string | undefined,
  source: OldHome | undefined,
  options: MigrateOptions,
): Promise<MovedIn> {
  process.umask(0o077)
  await mkdir(home, { recursive: true, mode: 0o700 })
  const lock = lockHome(home)
  try {
    const db = nodeDatabase(join(home, 'gateway.db'))
    try {
      return await move(db, openNodeFiles(home), home, from, source, options)
    } finally {
      db.close()
    }
  } finally {
    lock.release()
  }
}

/** The same move with a copy of the database and files that are not written, so that its receipt tells the truth. */
async function rehearse(
  home: string,
  from: string | undefined,
  source: OldHome | undefined,
  options: MigrateOptions,
): Promise<MovedIn> {
  const scratch = await mkdtemp(join(tmpdir(), 'clawgo-rehearsal-'))
  try {
    const database = join(home, 'gateway.db')
    if (existsSync(database)) copyDatabase(database, join(scratch, 'gateway.db'))
    const db = nodeDatabase(join(scratch, 'gateway.db'))
    try {
      const files = existsSync(home) ? openNodeFiles(home) : folder(openNodeFiles(scratch), 'none')
      return await move(db, unwritten(files), home, from, source, options)
    } finally {
      db.close()
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function move(
  db: NodeDatabase,
  files: Files,
  home: string,
  from: string | undefined,
  other: OldHome | undefined,
  { version, keep, progress, dryRun, configFile = 'config.json' }: MigrateOptions,
): Promise<MovedIn> {
  migrate(db, [sessionMigrations, importMigrations])
  const config = from && other ? await moveConfig(from, other, files) : null
  if (config && other) putItem(db, other.id, config, Date.now())
  const setting = workspaceSetting(join(home, configFile))
  const path = workspacePath(home, setting)
  const fault = crashPoint(process.env.CLAWGO_TEST_CRASH)
  return moveIn(
    {
      db,
      sessions: new Sessions({ db, now: Date.now }),
      home: files,
      workspace: dryRun
        ? unwritten(existsSync(path) ? openNodeFiles(path) : folder(files, 'none'))
        : openNodeFiles(path),
      now: Date.now,
      keep: () => keep,
      version,
      ...(fault ? { fault } : {}),
    },
    other ?? ownHome(home, setting),
    progress,
  )
}

/** A view of `files` whose writes are read and forgotten. */
function unwritten(files: Files): Files {
  return {
    root: files.root,
    stat: (path) => files.stat(path),
    read: (path, offset, length) => files.read(path, offset, length),
    stream: (path, offset, length) => files.stream(path, offset, length),
    list: (path, options) => files.list(path, options),
    async write(path, data) {
      if (data instanceof ReadableStream) await data.pipeTo(new WritableStream())
      return { path, kind: 'file', size: 0, mtime: Date.now(), version: '' }
    },
    append: refuse,
    mkdir: refuse,
    rename: refuse,
    remove: refuse,
  }
}

async function refuse(): Promise<never> {
  throw new Error('a rehearsal changes nothing')
}
