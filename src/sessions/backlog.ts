/** Brings the search index of an older home up to date without holding anybody up. */
import type { Agenda } from '../schedule/index.ts'
import type { Sessions } from './store.ts'

const KIND = 'search-index'
/** Between two batches, so that requests get their turn. */
const PAUSE_MS = 20

/** Indexes what was stored before there was an index: a batch now, the rest over the agenda. Call once a start. */
export function indexOverTime(sessions: Sessions, agenda: Agenda, now: () => number): void {
  const batch = () => {
    if (sessions.indexBacklog()) agenda.at(KIND, '', now() + PAUSE_MS)
  }
  agenda.on(KIND, batch)
  batch()
}
