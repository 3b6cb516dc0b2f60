/** Keeps tool output that is too long for the model in a file of the workspace, where `read_file` can reach it. */
import type { Files } from '../files/index.ts'

/** The folder of the kept outputs: the only part of `.clawgo/` that file tools may read. */
export const SPILL_FOLDER = '.clawgo/tool-output'

/** Stores the whole output of a call; resolves to the path that the notice names. */
export type Spill = (callId: string, text: string) => Promise<string>

/** A `Spill` into the workspace that keeps the newest `keep` files. The same call overwrites its own file. */
export function spillInto(workspace: () => Files, keep = 100): Spill {
  return async (callId, text) => {
    const files = workspace()
    const path = `${SPILL_FOLDER}/${fileName(callId)}`
    await files.write(path, text, { durable: false })
    await dropOldest(files, keep)
    return path
  }
}

async function dropOldest(files: Files, keep: number): Promise<void> {
  const kept = []
  for await (const entry of files.list(SPILL_FOLDER)) if (entry.kind === 'file') kept.push(entry)
  if (kept.length <= keep) return
  kept.sort((a, b) => a.mtime - b.mtime)
  for (const { path } of kept.slice(0, kept.length - keep)) {
    // Another call may be clearing up as well.
    await files.remove(path).catch(() => {})
  }
}

/** Readable, valid on every disk, and different for different ids: what was replaced comes back in the hash. */
function fileName(callId: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < callId.length; i++) hash = Math.imul(hash ^ callId.charCodeAt(i), 0x01000193)
  const readable = callId.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 80)
  return `${readable}-${(hash >>> 0).toString(16).padStart(8, '0')}.txt`
}
