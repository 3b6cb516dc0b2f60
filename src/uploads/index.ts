/** Files that clients send along with their messages: received, kept for a while, and found again by their path. */
export { uploadRoutes } from './routes.ts'
export { openUploads, type StoredUpload, UPLOADS_FOLDER, type UploadDeps, type Uploads } from './store.ts'
