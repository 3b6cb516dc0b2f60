/** Where a long stream is written to, step by step: chunks in SQLite, or the parts of an R2 object. */
import type { Database } from '../../src/platform.ts'
import { insertChunks } from './files-chunks.ts'

export interface StepWriter {
  step(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  /** Gives up what was written; what cannot be removed now is left to the trash. */
  abort(): Promise<void>
}

/** Writes chunks, each step in a transaction of its own; a crash leaves them to the trash. */
export function chunkWriter(db: Database, blob: number, forget: () => void): StepWriter {
  let size = 0
  return {
    step: async (bytes) => {
      db.transaction(() => insertChunks(db, blob, size, bytes))
      size += bytes.length
    },
    end: async () => undefined,
    abort: async () => forget(),
  }
}

/** Writes an R2 object. R2 wants parts of one size, except the last: so all steps but the last are equal. */
export async function partWriter(bucket: R2Bucket, key: string): Promise<StepWriter> {
  const upload = await bucket.createMultipartUpload(key)
  const parts: R2UploadedPart[] = []
  let ended = false
  return {
    step: async (bytes) => {
      parts.push(await upload.uploadPart(parts.length + 1, bytes))
    },
    end: async () => {
      await upload.complete(parts)
      ended = true
    },
    // An object that is complete but got no name is left to the sweep.
    abort: async () => {
      if (!ended) await upload.abort().catch(() => undefined)
    },
  }
}
