/** The schedule of the earlier home, kept as it was written until the schedule takes it over (workspace-formats.md 4.1). */
import * as z from 'zod'
import type { Files } from '../files/index.ts'
import type { Database } from '../platform.ts'
import type { OldHome } from './old-home.ts'
import { type ImportItem, itemAt, putItem } from './tables.ts'

/** A stored job: its raw JSON with every field it had. */
export interface ImportedCronJob {
  id: string
  raw: string
}

const JOBS = 'cron/jobs.json'
const FILE_LIMIT = 16 * 1024 * 1024

const store = z.object({ jobs: z.array(z.unknown()).nullish() })
const job = z.looseObject({ id: z.string().trim().min(1) })

/** Stores the jobs of `cron/jobs.json`; a job that is here already is left as it is. */
export async function importCronJobs(db: Database, source: OldHome, now: number): Promise<void> {
  const stat = await source.home.stat(JOBS)
  if (stat?.kind !== 'file') return
  const before = itemAt(db, source.id, JOBS)
  if (before?.status === 'imported' && before.version === stat.version) return
  const { size, version } = stat
  const item: ImportItem = {
    path: JOBS,
    kind: 'cron',
    status: 'failed',
    size,
    version,
    sha256: null,
    counts: {},
    note: null,
  }
  const bytes = size <= FILE_LIMIT ? await source.home.read(JOBS) : null
  const jobs = bytes && jobsIn(bytes)
  if (!bytes || !jobs) {
    const why = bytes ? 'it is not valid JSON' : 'it is too large'
    putItem(db, source.id, { ...item, note: `${why}: correct it and run \`clawgo migrate\` again` }, now)
    return
  }
  const sha = source.sha256()
  sha.update(bytes)
  db.transaction(() => {
    const counts = { jobs: 0, invalid: 0 }
    for (const raw of jobs) {
      const parsed = job.safeParse(raw)
      if (!parsed.success) {
        counts.invalid++
        continue
      }
      counts.jobs++
      db.query(
        `INSERT INTO import_cron_job (id, source, raw, at) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET raw = excluded.raw, at = excluded.at WHERE import_cron_job.source = excluded.source`,
        parsed.data.id.trim(),
        source.id,
        JSON.stringify(raw),
        now,
      )
    }
    const note = counts.invalid > 0 ? `${counts.invalid} entries have no id and were left out` : null
    putItem(db, source.id, { ...item, status: 'imported', sha256: sha.hex(), counts, note }, now)
  })
}

/** The jobs that were moved in, by id. */
export function importedCronJobs(db: Database): ImportedCronJob[] {
  return db.query<ImportedCronJob & object>('SELECT id, raw FROM import_cron_job ORDER BY id')
}

/** True when there is a schedule to move in. */
export async function hasCronJobs(home: Files): Promise<boolean> {
  return (await home.stat(JOBS))?.kind === 'file'
}

function jobsIn(bytes: Uint8Array): unknown[] | null {
  try {
    const parsed = store.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
    return parsed.success ? (parsed.data.jobs ?? []) : null
  } catch {
    return null
  }
}
