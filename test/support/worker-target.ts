/**
 * A real workerd with one Worker of this checkout, started by Miniflare on storage that outlives it. The Worker is bundled
 * as wrangler bundles it, once a test process; a start takes some 0.4 s.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

export interface WorkerOptions {
  /** The Worker's entry, relative to the checkout. */
  entry: string
  /** Durable Object bindings: binding name to class name. The first one is where `object` leads. */
  objects: Record<string, string>
  vars?: Record<string, string>
  /** Binds the R2 simulator as BLOBS. */
  r2?: boolean
  /** Binds dist/assets, where the build has made it. */
  assets?: boolean
}

export interface RunningWorker {
  readonly url: string
  /** RPC with the first object named `main`, from Node. */
  object(): Promise<Record<string, (...args: unknown[]) => Promise<unknown>>>
  /** Calls the Worker's `scheduled()`. */
  scheduled(): Promise<void>
  /** Hibernates the idle first object: the instance goes, its sockets stay. */
  evict(): Promise<void>
  /** Ends workerd and starts it again on the same storage, at the same address; `between` runs while it is down. */
  restart(between?: () => Promise<void>): Promise<void>
  /** Where everything is stored. */
  readonly storage: string
  /** How many objects of a class have storage. */
  objectFiles(className: string): Promise<number>
  close(): Promise<void>
}

const NAME = 'gateway'
const ROOT = new URL('../../', import.meta.url)
const ASSETS = new URL('dist/assets/', ROOT).pathname
const CACHE = new URL('node_modules/.cache/worker-bundles/', ROOT).pathname

/** Starts the Worker with storage of its own, which `close` removes. */
export async function startWorker({
  entry,
  objects,
  vars = {},
  r2 = false,
  assets = false,
}: WorkerOptions): Promise<RunningWorker> {
  const code = await bundle(entry)
  const storage = await mkdtemp(join(tmpdir(), 'gateway-worker-'))
  const [className] = Object.values(objects)
  const options = (port: number) => ({
    cf: false as const,
    host: '127.0.0.1',
    port,
    resourcePersistencePath: storage,
    workers: [
      {
        config: {
          name: NAME,
          compatibilityDate: '2026-10-20',
          compatibilityFlags: ['nodejs_compat', 'enable_request_signal'],
          manifest: { mainModule: 'worker.js', modules: { 'worker.js': { type: 'esm' as const, contents: code } } },
          env: {
            ...Object.fromEntries(
              Object.entries(vars).map(([name, value]) => [name, { type: 'text' as const, value }]),
            ),
            ...Object.fromEntries(
              Object.entries(objects).map(([binding, exportName]) => [
                binding,
                { type: 'durable-object' as const, worker: NAME, exportName },
              ]),
            ),
            ...(r2 ? { BLOBS: { type: 'r2' as const, name: 'blobs' } } : {}),
            ...(assets ? { ASSETS: { type: 'assets' as const } } : {}),
          },
          ...(assets ? { assets: { directory: ASSETS, hasUserWorker: true, runWorkerFirst: true } } : {}),
          exports: Object.fromEntries(
            Object.values(objects).map((name) => [
              name,
              { type: 'durable-object' as const, storage: 'sqlite' as const },
            ]),
          ),
        },
      },
    ],
  })
  let workerd = new Miniflare(options(0))
  const close = async () => {
    await workerd.dispose()
    await rm(storage, { recursive: true, force: true })
  }
  const address = await workerd.ready.catch(async (error) => {
    await close()
    throw error
  })
  return {
    url: address.origin,
    async object() {
      const namespace = await workerd.getDurableObjectNamespace(Object.keys(objects)[0]!, NAME)
      return namespace.get(namespace.idFromName('main')) as unknown as ReturnType<RunningWorker['object']>
    },
    async scheduled() {
      await (await workerd.getWorker()).scheduled({ cron: '* * * * *', scheduledTime: new Date() })
    },
    async evict() {
      await workerd.unsafeEvictDurableObject(NAME, className!, { name: 'main' })
    },
    storage,
    async objectFiles(name) {
      const files = await readdir(storage, { recursive: true })
      return files.filter((path) => path.includes(name) && /[0-9a-f]{64}\.sqlite$/.test(path)).length
    },
    async restart(between) {
      await workerd.dispose()
      await between?.()
      workerd = new Miniflare(options(Number(address.port)))
      await workerd.ready
    },
    close,
  }
}

const bundles = new Map<string, Promise<string>>()

function bundle(entry: string): Promise<string> {
  let code = bundles.get(entry)
  if (!code) {
    code = bundled(entry)
    bundles.set(entry, code)
  }
  return code
}

/** Every test file is a process of its own: the bundle of unchanged sources is kept on disk for all of them. */
async function bundled(entry: string): Promise<string> {
  const state = await sourceState()
  const kept = join(CACHE, `${createHash('sha256').update(`${entry} ${state}`).digest('hex').slice(0, 24)}.js`)
  const found = await readFile(kept, 'utf8').catch(() => null)
  if (found !== null) return found
  const result = await build({
    entryPoints: [new URL(entry, ROOT).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
  })
  const code = result.outputFiles[0]!.text
  await mkdir(CACHE, { recursive: true })
  const draft = `${kept}.${process.pid}`
  await writeFile(draft, code)
  await rename(draft, kept)
  return code
}

/** Changes whenever a file that can be in a bundle does. */
async function sourceState(): Promise<string> {
  const files: string[] = []
  for (const folder of ['src', 'adapters/cloudflare', 'test/workers', 'test/support']) {
    for (const { name, parentPath } of await readdir(new URL(folder, ROOT), { recursive: true, withFileTypes: true })) {
      if (/\.(ts|js)$/.test(name) && !name.endsWith('.test.ts')) files.push(join(parentPath, name))
    }
  }
  files.push(new URL('package-lock.json', ROOT).pathname)
  const stats = await Promise.all(files.sort().map(async (path) => `${path} ${(await stat(path)).mtimeMs}`))
  return stats.join('\n')
}
