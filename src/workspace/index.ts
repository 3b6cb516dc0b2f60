/** The workspace's documents: what a new one starts with, and what of it every prompt carries. */
export { isUnfilled, type PromptDocument, promptDocuments } from './documents.ts'
export { seedWorkspace } from './seed.ts'
export { templates } from './templates.ts'
