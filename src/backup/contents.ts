/** Which files of a home belong into its backup. */
import { isTemporary } from '../files/index.ts'

export interface ContentsOptions {
  /** Take the logs along. */
  logs: boolean
  /** The log folder, relative to the home; empty when it is elsewhere. */
  logFolder: string
}

/** What belongs to the process that runs, and the database, which is copied as a whole by its own means. */
const OF_THE_PROCESS = /^(?:gateway\.(?:pid|address\.json|db(?:-wal|-shm|-journal)?)|lock\.db(?:-journal|-wal|-shm)?)$/

/** Where an import waits for its commit (`src/transfer`): half a gateway is nothing to restore. */
export const STAGING = 'transfer-staging'

/** True for what a backup leaves out as a matter of course. Folders are asked before their files. */
export function isLeftOut(path: string, { logs, logFolder }: ContentsOptions): boolean {
  if (OF_THE_PROCESS.test(path) || path === 'backups' || path === STAGING) return true
  if (isTemporary(path.slice(path.lastIndexOf('/') + 1))) return true
  return !logs && (path === logFolder || /^gateway\.launchd\.(?:out|err)\.log$/.test(path))
}
