/** The transfer of a running gateway: its home, what stops before a swap, and how it opens anew. */
import { openVault } from '../accounts/index.ts'
import { setAt, valueAt } from '../config/index.ts'
import { GatewayError, messageOf } from '../errors.ts'
import type { Files } from '../files/index.ts'
import type { Platform } from '../platform.ts'
import type { Agenda } from '../schedule/index.ts'
import type { TransferHome } from './contents.ts'
import { Exporter } from './exporter.ts'
import { type Imported, Importer } from './importer.ts'
import { openJournal } from './journal.ts'
import type { TransferDeps } from './routes.ts'

export interface RoomDeps {
  platform: Platform
  agenda: Agenda
  configFile: string
  workspace(): Files
  /** The config's setting of the workspace. */
  setting(): string
  /** The log folder in the home; empty when it is elsewhere. */
  logFolder(): string
  version: string
  /** Throws when the home may not take so many bytes of files, and of rows. */
  admitBytes(files: number, rows: number): void
  /** Ends everything that writes; the gateway is of no use afterwards. */
  quiesce(): Promise<void>
  /** Opens the gateway anew on the same platform; absent where its host has to restart it. */
  reopen?: (() => void | Promise<void>) | undefined
}

export type TransferRoom = TransferDeps & {
  /** Throws 503 once the gateway has given way to what came. */
  admit(): void
  /** The gateway stopped for a swap. */
  readonly gone: boolean
}

const CLOCK = 'transfer'
/** A transfer that nobody went on with is given up after this long. */
const KEEP_MS = 24 * 3600_000
/** Of rows and files, for one request: a Durable Object may work for so long on each and no longer. */
const LOADED_AT_ONCE = 64 * 1024 * 1024

/** Opens the transfer of a gateway; nothing is read before it is asked for. */
export function openTransfer(deps: RoomDeps): TransferRoom {
  const { platform, agenda } = deps
  let gone = false
  const importer = () =>
    new Importer({
      home: homeOf(deps),
      now: platform.now,
      workspace: deps.setting(),
      admitBytes: deps.admitBytes,
      fault: platform.fault,
      config: relocated(platform, deps.setting()),
      quiesce: async () => {
        gone = true
        await deps.quiesce()
      },
    })
  let current: Importer | undefined
  const importing = () => {
    current ??= importer()
    return current
  }
  agenda.on(CLOCK, () => importing().abort())
  let exporter: Exporter | undefined
  const exporting = () => {
    exporter ??= new Exporter({ home: homeOf(deps), now: platform.now, version: deps.version })
    return exporter
  }
  /** A gateway that did not open tries again with the next request. */
  let stuck = false
  const reopen = async () => {
    stuck = false
    try {
      await deps.reopen?.()
    } catch (error) {
      stuck = true
      platform.log.error('the gateway did not open after a transfer', { error: messageOf(error) })
      throw error
    }
  }
  const keep = () => agenda.at(CLOCK, '', platform.now() + KEEP_MS)
  const swap = async (): Promise<Imported> => {
    try {
      return await importing().commit()
    } catch (error) {
      // Stopped already: what is there, old or new, must be opened again.
      if (gone) await reopen().catch(() => undefined)
      throw error
    }
  }
  const commit = async (digest?: string) => {
    const done = await importing().done(digest)
    if (done) return { ...done, reopened: true }
    const loading = await importing().load(LOADED_AT_ONCE)
    if (loading) return loading
    const imported = await swap()
    await reopen()
    // The clocks that came are looked at, and the alarm is theirs from then on.
    platform.alarm.set(platform.now())
    return { ...imported, reopened: deps.reopen !== undefined }
  }
  return {
    exporter: { manifest: () => exporting().manifest(), chunk: (ref) => exporting().chunk(ref) },
    importer: {
      async begin(manifest, options) {
        keep()
        return importing().begin(manifest, options)
      },
      async put(sha256, bytes) {
        await importing().put(sha256, bytes)
        if ((agenda.due(CLOCK, '') ?? 0) < platform.now() + KEEP_MS / 2) keep()
      },
      async abort() {
        await importing().abort()
        agenda.cancel(CLOCK, '')
      },
    },
    commit(digest) {
      const work = commit(digest)
      // Whoever asked may go away; what has begun ends all the same.
      platform.background(work.catch(() => undefined))
      return work
    },
    get gone() {
      return gone
    },
    admit() {
      if (!gone) return
      if (stuck) platform.background(reopen().catch(() => undefined))
      const text = 'this gateway has just been replaced by another one and opens anew: try again'
      throw new GatewayError(503, 'replaced', text, { headers: { 'retry-after': '1' } })
    },
  }
}

/** The log folder of a config in its home; empty when it is elsewhere. */
export function logFolderIn({ files, env }: Pick<Platform, 'files' | 'env'>, dir: string): string {
  const root = files.root ?? ''
  const path = dir.trim().replace(/^~(?=\/|$)/, env.HOME ?? '~')
  if (path.startsWith(`${root}/`)) return path.slice(root.length + 1).replace(/\/+$/, '')
  return path.startsWith('/') || path.startsWith('~') ? '' : path.replace(/\/+$/, '')
}

/** Ends a commit that a crash cut off. Call when a gateway opens, before its config is read. */
export async function resumeTransfer(platform: Platform, configFile: string): Promise<void> {
  const setting = openJournal(platform.db)
  if (setting === null) return
  const home = homeOf({ platform, configFile, workspace: () => platform.workspace(setting), logFolder: () => 'logs' })
  const config = relocated(platform, setting)
  await new Importer({ home, now: platform.now, workspace: setting, config }).resume()
  platform.alarm.set(platform.now())
  platform.log.info('a transfer that was cut off is complete')
}

function homeOf({
  platform,
  configFile,
  workspace,
  logFolder,
}: Pick<RoomDeps, 'platform' | 'configFile' | 'workspace' | 'logFolder'>): TransferHome {
  return {
    db: platform.db,
    files: platform.files,
    workspace: workspace(),
    configFile,
    logFolder: logFolder(),
    vault: openVault(platform.env.CLAWGO_AUTH_KEY),
  }
}

/** On a real disk the workspace is where this home has it, whatever the config that came says. */
function relocated(platform: Platform, setting: string): ((text: string) => string) | undefined {
  const { root } = platform.files
  return root === undefined ? undefined : (text) => withWorkspace(text, setting, `${root}/workspace`)
}

/** A config's text with another workspace; as it is when it means that one already (none: `own`), or is no JSON. */
export function withWorkspace(
  text: string,
  setting: string,
  own: string,
  isHere = (named: string) => named === setting,
): string {
  const path = ['agents', 'defaults', 'workspace']
  try {
    const document = JSON.parse(text)
    const named = valueAt(document, path) ?? own
    if (typeof named === 'string' && isHere(named)) return text
    setAt(document, path, setting)
    return `${JSON.stringify(document, null, 2)}\n`
  } catch {
    return text
  }
}
