/** The receipt of a move: what came, how many, with checksums, and what was left out and why. */
import { FileError, type Files } from '../files/index.ts'
import type { Database } from '../platform.ts'
import { type ImportItem, itemsOf } from './tables.ts'

export interface Receipt {
  format: 'clawgo-import-receipt'
  version: 1
  /** ISO 8601. */
  started_at: string
  finished_at: string
  gateway_version: string
  /** `.` for the home itself. */
  source: string
  totals: {
    sessions: number
    messages: number
    cron_jobs: number
    credentials: number
    /** Files of the workspace, skills among them. */
    workspace_files: number
    skills: number
    copied: number
    present: number
    conflicts: number
    failed: number
  }
  sessions: Array<{ key: string; state: string; messages: number; note?: string }>
  items: Array<Omit<ImportItem, 'version' | 'note'> & { note?: string }>
  /** One line for each thing that is not here, for people. */
  report: string[]
}

/** What is left out of a session file, as people read it. */
const REASONS: Record<string, string> = {
  unreadable: 'lines that are no JSON',
  'not a message': 'lines that are no message',
  'unknown role': 'messages of an unknown role',
  torn: 'lines cut off by a crash',
  'too long': 'lines over the size limit',
  repeated: 'repeated lines',
  long: 'messages kept in a file, being too long for the database',
}

/** Puts the receipt of a source together from the import tables. */
export function receiptOf(
  db: Database,
  source: string,
  run: { startedAt: number; finishedAt: number; version: string },
): Receipt {
  const items = itemsOf(db, source)
  const sessions = db.query<{ key: string; state: string; messages: number; note: string | null }>(
    'SELECT key, state, messages, note FROM import_session WHERE source = ? ORDER BY key',
    source,
  )
  const counted = (test: (item: ImportItem) => boolean) => items.filter(test).length
  const here = (item: ImportItem) => item.status === 'copied' || item.status === 'present'
  const skills = new Set(
    items.filter((item) => item.kind === 'skill' && here(item)).map(({ path }) => /skills\/([^/]+)/.exec(path)?.[1]),
  )
  return {
    format: 'clawgo-import-receipt',
    version: 1,
    started_at: new Date(run.startedAt).toISOString(),
    finished_at: new Date(run.finishedAt).toISOString(),
    gateway_version: run.version,
    source,
    totals: {
      sessions: sessions.length,
      messages: sessions.reduce((sum, { messages }) => sum + messages, 0),
      cron_jobs: items.reduce((sum, { counts }) => sum + (counts.jobs ?? 0), 0),
      credentials: counted((item) => item.kind === 'credential' && here(item)),
      workspace_files: counted((item) => (item.kind === 'workspace' || item.kind === 'skill') && here(item)),
      skills: skills.size,
      copied: counted(({ status }) => status === 'copied'),
      present: counted(({ status }) => status === 'present'),
      conflicts: counted(({ status }) => status === 'conflict'),
      failed: counted(({ status }) => status === 'failed') + sessions.filter(({ state }) => state === 'failed').length,
    },
    sessions: sessions.map(({ note, ...session }) => ({ ...session, ...(note && { note }) })),
    items: items.map(({ version: _, note, ...item }) => ({ ...item, ...(note && { note }) })),
    report: [
      ...sessions.filter(({ note }) => note !== null).map(({ key, note }) => `session ${key}: ${note}`),
      ...items.flatMap(reportLines),
    ],
  }
}

/** Writes the receipt into the home and returns its path there. */
export async function writeReceipt(home: Files, receipt: Receipt): Promise<string> {
  const time = receipt.finished_at.replace(/[-:]|\.\d+Z$/g, '').replace('T', '-')
  for (let i = 1; ; i++) {
    const path = `migrations/receipt-${time}${i === 1 ? '' : `-${i}`}.json`
    try {
      await home.write(path, `${JSON.stringify(receipt, null, 2)}\n`, { ifVersion: null })
      return path
    } catch (error) {
      if (!(error instanceof FileError && error.code === 'EEXIST')) throw error
    }
  }
}

function reportLines({ path, kind, status, counts, note }: ImportItem): string[] {
  const lines = kind !== 'session' || status === 'failed' ? (note ? [`${path}: ${note}`] : []) : []
  if (kind !== 'session') return lines
  for (const [reason, text] of Object.entries(REASONS)) {
    if (counts[reason]) lines.push(`${path}: ${counts[reason]} ${text}`)
  }
  return lines
}
