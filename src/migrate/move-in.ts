/** Moving in from an earlier home: from the first look at it to the receipt. Run it again and nothing comes twice. */
import type { Files } from '../files/index.ts'
import { importCronJobs } from './cron-jobs.ts'
import { moveHomeFiles } from './home-files.ts'
import type { OldHome } from './old-home.ts'
import { type Receipt, receiptOf, writeReceipt } from './receipt.ts'
import { importSession, registerSessions, type SessionImportDeps } from './session-import.ts'
import { beginRun, endRun } from './tables.ts'

export interface MoveInDeps extends SessionImportDeps {
  /** This home's workspace. */
  workspace: Files
  /** The gateway's version, for the receipt. */
  version: string
}

export interface MovedIn {
  receipt: Receipt
  /** In the home. */
  receiptPath: string
}

/** Registers what there is: sessions are listed from now on, and cron jobs are here. Returns the sessions to be read. */
export async function beginMoveIn(deps: MoveInDeps, source: OldHome): Promise<string[]> {
  beginRun(deps.db, source.id, deps.now())
  await importCronJobs(deps.db, source, deps.now())
  return registerSessions(deps, source)
}

/** Ends a move whose sessions are in: sees to the files and writes the receipt. */
export async function endMoveIn(deps: MoveInDeps, source: OldHome): Promise<MovedIn> {
  await moveHomeFiles(deps, source)
  const finishedAt = deps.now()
  const startedAt = endRun(deps.db, source.id, finishedAt)
  const receipt = receiptOf(deps.db, source.id, { startedAt, finishedAt, version: deps.version })
  return { receipt, receiptPath: await writeReceipt(deps.home, receipt) }
}

/** The whole move at once, for a home that no gateway runs on. `progress` hears of each session before it is read. */
export async function moveIn(
  deps: MoveInDeps,
  source: OldHome,
  progress: (key: string) => void = () => {},
): Promise<MovedIn> {
  for (const key of await beginMoveIn(deps, source)) {
    progress(key)
    for await (const _ of importSession(deps, source, key));
  }
  return endMoveIn(deps, source)
}
