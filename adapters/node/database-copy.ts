/** A consistent copy of the gateway's database, also while a gateway writes to it. */
import { closeSync, openSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { GatewayError, messageOf } from '../../src/errors.ts'

/**
 * Copies the database `from` as it is at one moment to the new file `to` (mode 0600) and checks the copy. What a running
 * gateway commits meanwhile is not in it; the gateway notices nothing. Returns the schema version of each room.
 */
export function copyDatabase(from: string, to: string): Record<string, number> {
  let source: DatabaseSync | undefined
  try {
    // Made here, so that it is nobody else's for no moment; SQLite fills a file that is empty.
    closeSync(openSync(to, 'wx', 0o600))
    source = new DatabaseSync(from)
    source.exec('PRAGMA busy_timeout = 5000')
    source.prepare('VACUUM INTO ?').run(to)
    return checked(to)
  } catch (error) {
    rmSync(to, { force: true })
    if (error instanceof GatewayError) throw error
    throw new GatewayError(500, 'database', `The gateway's database could not be copied: ${messageOf(error)}`)
  } finally {
    source?.close()
  }
}

function checked(path: string): Record<string, number> {
  const copy = new DatabaseSync(path, { readOnly: true })
  try {
    const answer = copy.prepare('PRAGMA integrity_check(1)').get() as { integrity_check: string }
    if (answer.integrity_check !== 'ok') {
      throw new GatewayError(500, 'database', `The gateway's database is damaged: ${answer.integrity_check}`)
    }
    const known = copy.prepare("SELECT 1 FROM sqlite_master WHERE name = 'migration'").get()
    const rows = known ? copy.prepare('SELECT room, version FROM migration ORDER BY room').all() : []
    return Object.fromEntries(rows.map(({ room, version }) => [String(room), Number(version)]))
  } finally {
    copy.close()
  }
}
