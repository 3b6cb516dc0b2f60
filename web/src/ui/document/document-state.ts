/**
 * A text being edited, of which others may write another version meanwhile:
 *
 *     base ──typing──> draft ──save──> base (new version)
 *                        │ somebody else was faster: 412, or a newer version was read
 *                        └──> theirs beside the draft ──save over it──> base      ──take theirs──> base (theirs)
 */
import type { VersionedText } from '../../api/versioned.ts'

export interface DocumentState {
  /** What the draft began with. */
  base: VersionedText
  /** The text on the screen. */
  draft: string
  /** What somebody else saved since; null when nobody did. */
  theirs: VersionedText | null
}

/** A document as it was read. */
export function opened(base: VersionedText): DocumentState {
  return { base, draft: base.text, theirs: null }
}

/** Whether the draft has something that is not saved. */
export function isChanged({ base, draft }: DocumentState): boolean {
  return draft !== base.text
}

/** The version that was read just now: taken over, or put beside a draft that differs from it. */
export function withRead(state: DocumentState, read: VersionedText): DocumentState {
  if (read.version === state.base.version) return state.theirs ? { ...state, theirs: null } : state
  if (!isChanged(state) || state.draft === read.text) return opened(read)
  return { ...state, theirs: read }
}

/** The text was saved as `version`; what was typed since stays a draft. */
export function withSaved(state: DocumentState, text: string, version: string | null): DocumentState {
  return { ...state, base: { text, version }, theirs: null }
}
