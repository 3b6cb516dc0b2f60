/**
 * A Worker of this checkout in workerd, as a process: takes `WorkerOptions` and `filled` as JSON, prints its URL. Over the
 * process channel it answers `restart` when workerd runs again, with every object asleep.
 */
import { startWorker, type WorkerOptions } from '../../test/support/worker-target.ts'

interface Asked extends WorkerOptions {
  /** Session keys and how many messages each begins with. */
  filled?: Record<string, number>
}

const { filled = {}, ...options } = JSON.parse(process.argv[2] ?? '{}') as Asked
const worker = await startWorker(options)
for (const [key, messages] of Object.entries(filled)) await (await worker.object()).fill!(key, messages)
process.on('message', async () => {
  await worker.restart()
  process.send?.('restarted')
})
process.stdout.write(`${worker.url}\n`)
