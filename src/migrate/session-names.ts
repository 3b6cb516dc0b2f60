/** Which session a file of the session folder belongs to, and as what (workspace-formats.md section 3.1). */

export interface SegmentFile {
  name: string
  role: 'legacy' | 'closed' | 'active'
  /** Of a closed segment; 0 otherwise. */
  number: number
}

/** The files of one session. */
export interface SessionFiles {
  key: string
  /** Oldest first. */
  segments: SegmentFile[]
  /** The sidecar with summary and languages. */
  meta: string | null
}

/** The catalogue of all sessions, beside them. */
export const CATALOGUE = 'sessions.json'

const ORDER = { legacy: 0, closed: 1, active: 2 } as const
const SEGMENT = /^(.*)\.(\d{4,})$/

/** Groups the names of a session folder by session; what belongs to none is left out. Sorted by key. */
export function sessionsIn(names: readonly string[]): SessionFiles[] {
  const all = new Set(names)
  const sessions = new Map<string, SessionFiles>()
  const at = (stem: string): SessionFiles => {
    const key = decodeStem(stem).trim()
    const found = sessions.get(key) ?? { key, segments: [], meta: null }
    sessions.set(key, found)
    return found
  }
  for (const name of names) {
    if (name.includes('.deleted.') || name === CATALOGUE) continue
    if (name.endsWith('.meta.json')) at(name.slice(0, -'.meta.json'.length)).meta = name
    else if (name.endsWith('.jsonl')) {
      const { stem, ...segment } = segmentOf(name, all)
      at(stem).segments.push(segment)
    }
  }
  for (const { segments } of sessions.values()) {
    segments.sort((a, b) => ORDER[a.role] - ORDER[b.role] || a.number - b.number || (a.name < b.name ? -1 : 1))
  }
  return [...sessions.values()].filter(({ key }) => key !== '').sort((a, b) => (a.key < b.key ? -1 : 1))
}

function segmentOf(name: string, all: ReadonlySet<string>): SegmentFile & { stem: string } {
  const base = name.slice(0, -'.jsonl'.length)
  if (base.endsWith('.active')) return { name, role: 'active', number: 0, stem: base.slice(0, -'.active'.length) }
  const [, stem = '', digits = ''] = SEGMENT.exec(base) ?? []
  // Four digits are a segment. More are one only where the numbers ran over; else they are part of a key.
  if (stem && (digits.length === 4 || all.has(`${stem}.9999.jsonl`))) {
    return { name, role: 'closed', number: Number(digits), stem }
  }
  return { name, role: 'legacy', number: 0, stem: base }
}

/** The four characters that the earlier program escaped in file names, in one pass. */
function decodeStem(stem: string): string {
  return stem.replace(/%(25|3a|5c|2f)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
