/** Archives that people upload: unpacked under limits, without trust. */
export { type ArchiveEntry, archiveBaseName, archiveEntries } from './entries.ts'
export { ARCHIVE_LIMITS, type ArchiveLimits } from './limits.ts'
