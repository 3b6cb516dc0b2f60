/** One process owns a home (durable-turns.md section 12). */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GatewayError, messageOf } from '../../src/errors.ts'

const PID_FILE = 'gateway.pid'
const SQLITE_BUSY = 5

/**
 * Takes the home for this process, or throws `home_in_use` (409) and names the owner's pid. The kernel frees the lock
 * when the process dies, however it dies, so nothing stale can be left. Not for network file systems.
 * Writes `gateway.pid` (decimal and LF) for people and for the original's tools.
 */
export function lockHome(home: string): { release(): void } {
  // A database of its own: backups and other readers may open gateway.db while we run.
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(home, 'lock.db'))
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock?.close()
    throw refusal(home, cause)
  }
  const held = lock
  const pidFile = join(home, PID_FILE)
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  return {
    release() {
      rmSync(pidFile, { force: true })
      held.close()
    },
  }
}

function refusal(home: string, cause: unknown): GatewayError {
  if ((cause as { errcode?: number }).errcode !== SQLITE_BUSY) {
    const text = `The home cannot be locked (${messageOf(cause)}). Its folder must be writable and on a local disk.`
    return new GatewayError(500, 'home_unusable', text, { cause })
  }
  const owner = ownerOf(home)
  const who = owner === null ? 'Another gateway' : `Another gateway (process ${owner})`
  const text = `${who} is using this home. Stop it with \`clawgo gateway stop\`, or give this one a home of its own with --config.`
  return new GatewayError(409, 'home_in_use', text, { cause })
}

/** The pid in `gateway.pid`; null when there is none. The process may be gone: only the lock says who lives. */
export function ownerOf(home: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(home, PID_FILE), 'utf8'), 10)
    return pid > 0 ? pid : null
  } catch {
    return null
  }
}
