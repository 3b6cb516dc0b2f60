/** An earlier home, as the adapter opens it: nothing in this room ever writes to it. */
import type { Files } from '../files/index.ts'

/** A running SHA-256. */
export interface Sha256 {
  update(chunk: Uint8Array): void
  /** Hexadecimal; ends it. */
  hex(): string
}

export interface OldHome {
  /** What tells this source from others in the import tables: `.` for the gateway's own home, else its folder. */
  readonly id: string
  /** The gateway's own folder: workspace, credentials and config are where they belong already. */
  readonly inPlace: boolean
  /** The folder of config.json. */
  readonly home: Files
  /** The folder `agents/main/sessions` beside the workspace; null when there is none. */
  readonly sessions: Files | null
  /** Null when there is none. */
  readonly workspace: Files | null
  /** The workspace is the home folder itself or around it: only the agent's own documents in it are its workspace. */
  readonly workspaceHoldsHome: boolean
  /** A new hash; the runtime's own is many times faster than one in JavaScript. */
  sha256(): Sha256
}

/** The id of the home the gateway runs on. */
export const OWN_HOME = '.'
