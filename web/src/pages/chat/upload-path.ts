/** What the path that the gateway keeps a file at tells about it (the gateway's `GET /api/upload`). */

const UPLOAD = /\/uploads\/(\d{13})_[0-9a-f]{12}_([^/]+)$/
/** Those that the gateway gives back as images, if their content is what the name says. */
const IMAGE = /\.(?:a?png|jpe?g|gif|webp|avif)$/i
const KEPT_MS = 7 * 24 * 3600_000

/** The name a file was uploaded under; of any other path what comes after its last slash. */
export function uploadName(path: string): string {
  return UPLOAD.exec(path)?.[2] ?? path.slice(path.lastIndexOf('/') + 1)
}

/** Where this page gets the file from; null for what never was an upload. */
export function uploadAddress(path: string): string | null {
  return UPLOAD.test(path) ? `/api/upload?path=${encodeURIComponent(path)}` : null
}

/** Whether the name says that it is an image. */
export function isImageName(name: string): boolean {
  return IMAGE.test(name)
}

/** Whether the gateway may have removed it by `now` (ms since the epoch); a message may have kept it longer. */
export function mayBeGone(path: string, now: number): boolean {
  const [, uploadedAt] = UPLOAD.exec(path) ?? []
  return uploadedAt !== undefined && Number(uploadedAt) + KEPT_MS <= now
}
