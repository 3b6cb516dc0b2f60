/** The `files` port, its path rules, text sniffing, and views of a folder as a `Files` of its own. */
export type { FileStat, Files, ListOptions, WriteOptions } from './files.ts'
export { FileError, type FileErrorCode } from './files.ts'
export { folder } from './folder.ts'
export { hiding } from './hiding.ts'
export { clean, comparePaths, contained, isTemporary, joinPath, splitPath, temporaryName } from './path.ts'
export { type DecodedText, decodeText, looksBinary, SNIFF_BYTES } from './text.ts'
