/** The workspace's documents, what of them every prompt carries, and its text files over the API. */
export { READ_REFUSALS, readAnswer, textBody, versioned, WRITE_REFUSALS } from './answers.ts'
export { isUnfilled, type PromptDocument, promptDocuments } from './documents.ts'
export { etag, expectation, type Preconditions, preconditionsOf, unlessStale } from './preconditions.ts'
export { workspaceRoutes } from './routes.ts'
export { seedWorkspace } from './seed.ts'
export { templates } from './templates.ts'
export { MAX_TEXT_BYTES, readText, TEXT_BODY_LIMIT, type TextFile, textPath, writeText } from './text-files.ts'
