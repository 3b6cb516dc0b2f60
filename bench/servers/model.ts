/**
 * The scripted model server (test/support/model-server.ts) as a process: prints its URL. Over the process channel it
 * answers `first-byte` (when the latest answer's first delta left, ms since the epoch) and `body` (of the latest request).
 */
import { startModelServer } from '../../test/support/model-server.ts'

const server = await startModelServer()
process.on('message', (question) => {
  process.send?.(question === 'body' ? JSON.stringify(server.lastRequest?.body) : server.firstByteAt)
})
// It keeps every request for the tests that look at them; ten thousand turns would be hundreds of megabytes.
setInterval(() => server.requests.splice(0, server.requests.length - 1), 500)
process.stdout.write(`${server.url}\n`)
