/** Backups: what belongs into one, and the manifest by which it verifies itself. */
export { type ContentsOptions, isLeftOut, STAGING } from './contents.ts'
export {
  type BackupEntry,
  type BackupManifest,
  entryName,
  homePath,
  MANIFEST,
  manifestSchema,
} from './manifest.ts'
