/** Builds the console into `dist/assets/console`, whole or not at all, when its sources are newer than what is there. */
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants } from 'node:zlib'

const INPUTS = ['web', 'vite.config.ts', 'scripts/build-console.ts', 'package-lock.json']
/** Of these a browser gets a compressed copy from a gateway on Node; the edge compresses by itself. */
const COMPRESSED = /\.(?:js|css|svg|json)$/
const SMALLEST_COMPRESSED = 1024

/** Brings the console up to date; `say` hears of it when there is something to do. Throws when it does not build. */
export async function buildConsole(root: string, say: (line: string) => void): Promise<void> {
  const target = join(root, 'dist/assets/console')
  const page = join(target, 'index.html')
  const builtAt = await timeOf(page)
  const changes = await Promise.all(INPUTS.map((input) => newest(join(root, input))))
  if (builtAt >= Math.max(...changes)) return
  const begunAt = new Date()
  say('Building the console ...')
  const draft = `${target}.${process.pid}`
  try {
    const { build } = await import('vite')
    await build({
      configFile: join(root, 'vite.config.ts'),
      root: join(root, 'web'),
      logLevel: 'warn',
      build: { outDir: draft },
    })
    await compress(draft)
    // What changes while this runs is newer than the build.
    await utimes(join(draft, 'index.html'), begunAt, begunAt)
    const old = `${draft}.old`
    await rename(target, old).catch(() => {})
    await rename(draft, target).catch(async (error) => {
      // Another build was faster: its page is as good as ours.
      if ((await timeOf(page)) === 0) throw error
    })
    await rm(old, { recursive: true, force: true })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  say(`The console is built, in ${((Date.now() - begunAt.getTime()) / 1000).toFixed(1)} s.`)
}

/** Beside each larger text file its brotli form. */
async function compress(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).filter((name) => COMPRESSED.test(name))
  await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name))
      if (bytes.length < SMALLEST_COMPRESSED) return
      const small = await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
      await writeFile(join(folder, `${name}.br`), small)
    }),
  )
}

/** When a file, or anything in a folder, last changed; ms since the epoch, 0 where there is nothing. */
async function newest(path: string): Promise<number> {
  const stats = await stat(path).catch(() => null)
  if (!stats) return 0
  if (!stats.isDirectory()) return stats.mtimeMs
  const names = (await readdir(path)).filter((name) => !name.startsWith('.') && !name.endsWith('.test.ts'))
  return Math.max(stats.mtimeMs, ...(await Promise.all(names.map((name) => newest(join(path, name))))))
}

async function timeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0
}
