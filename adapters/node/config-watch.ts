/** Says when config.json was edited by hand, or when its owner asks for a reload with SIGHUP. */
import { basename, dirname, join, resolve } from 'node:path'

/** Editors write in several steps: wait until this long after the last one. */
const QUIET_MS = 200

/** Who asked: `watcher` or `signal`. */
export type ReloadSource = 'watcher' | 'signal'

/**
 * Calls `onChange` once after each edit of the file at `path`, also when it is replaced, and on SIGHUP (not on
 * Windows). The gateway's own saves count too: the config knows them by their content. What `onChange` throws is its
 * caller's to catch. `ready` resolves when edits are seen.
 */
export function watchConfig(
  path: string,
  onChange: (source: ReloadSource) => unknown,
): { ready: Promise<void>; close(): Promise<void> } {
  const folder = resolve(dirname(path))
  const file = join(folder, basename(path))
  let timer: NodeJS.Timeout | undefined
  const edited = () => {
    clearTimeout(timer)
    timer = setTimeout(() => onChange('watcher'), QUIET_MS)
  }
  // The folder, because a save replaces the file: a watch on the file itself would follow the old one.
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>()
  const opened = import('chokidar').then(({ watch }) =>
    watch(folder, { ignoreInitial: true, depth: 0, ignored: (each) => each !== folder && each !== file })
      .on('add', edited)
      .on('change', edited)
      .once('ready', isReady),
  )

  const signalled = () => onChange('signal')
  const signals = process.platform !== 'win32'
  if (signals) process.on('SIGHUP', signalled)

  return {
    ready,
    async close() {
      if (signals) process.off('SIGHUP', signalled)
      // It reports nothing more from the call on.
      const closed = (await opened).close()
      clearTimeout(timer)
      await closed
    },
  }
}
