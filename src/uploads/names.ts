/** Names of stored uploads: `<ms>_<random>_<safe name>`, unique, sorted by time, the same on every disk. */

/** UTF-16 units; three bytes each at most, so that the whole name fits into the 255 bytes of a disk. */
const MAX_NAME = 70
const STORED = /^(\d{13})_[0-9a-f]{12}_[\p{L}\p{M}\p{N}._-]+$/u
const MAX_STORED = 27 + MAX_NAME

/** The name under which a file called `name` is kept from `ms` (since the epoch) on. */
export function storedName(ms: number, name: string): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(16).padStart(2, '0'))
  return `${String(Math.trunc(ms)).padStart(13, '0')}_${random.join('')}_${safeName(name)}`
}

/** When the upload of this name was stored, ms since the epoch; null when the name is none of ours. */
export function storedAt(name: string): number | null {
  const [, ms] = (name.length <= MAX_STORED && STORED.exec(name)) || []
  return ms === undefined ? null : Number(ms)
}

/** Letters, digits and `._-` of any script, at most 70 UTF-16 units with the extension kept; never blank. */
export function safeName(name: string): string {
  const safe = name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/\.+$/, '')
    .replace(/^[_.]+(?=.)/, '')
  if (safe.length <= MAX_NAME) return safe || 'file'
  const dot = safe.lastIndexOf('.')
  const extension = dot > 0 && safe.length - dot <= 12 ? safe.slice(dot) : ''
  return safe.slice(0, MAX_NAME - extension.length).replace(/[\uD800-\uDBFF]$/, '') + extension
}
