/**
 * Builds what is published, which a checkout starts faster with too: `dist/node` (the command and the library on Node,
 * dependencies inside), `dist/index.js` and `dist/cloudflare.js` (dependencies outside, for a bundler) and `dist/assets`.
 * With `--publish` also the types and the licences, and nothing of earlier builds is left.
 */
import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { thirdPartyLicences } from './third-party.ts'

const root = join(import.meta.dirname, '..')
const publish = process.argv.includes('--publish')
/** Its time tells how fresh the build is: `adapters/node/cli/which-program.js` looks at it. */
const COMMAND = join(root, 'dist/node/main.js')

/** Messages in forty languages are most of zod, and a start reads them all. */
const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

const options = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay as they are: a stack trace must say where it comes from, and a start does not read faster without.
  minifyIdentifiers: false,
  legalComments: 'none',
  metafile: true,
  outdir: 'dist',
  write: false,
} satisfies BuildOptions

/** One folder deep, everything: `adapters/node/package-root.ts` counts on it. */
const onNode = {
  ...options,
  platform: 'node',
  mainFields: ['module', 'main'],
  // CommonJS that was made ESM (the Feishu SDK) looks for its own folder.
  define: { __dirname: 'import.meta.dirname' },
  entryPoints: { 'node/main': 'adapters/node/cli/main.ts', 'node/index': 'adapters/node/index.ts' },
  chunkNames: 'node/[name]-[hash]',
  // CommonJS in the bundle asks Node for its own modules.
  banner: { js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);" },
  plugins: [zodInEnglish],
} satisfies BuildOptions

const forBundlers = {
  ...options,
  platform: 'neutral',
  packages: 'external',
  external: ['cloudflare:*', 'node:*'],
  entryPoints: { index: 'src/index.ts', cloudflare: 'adapters/cloudflare/worker.ts' },
  chunkNames: 'library/[name]-[hash]',
} satisfies BuildOptions

// What changes while this runs is newer than the build.
const begunAt = new Date()
const before = await timeOf(COMMAND).catch(() => 0)
const [node, bundlers] = await Promise.all([
  build(onNode),
  build(forBundlers),
  script('scripts/build-assets.ts'),
  ...(publish ? [types()] : []),
])
const files = [...node.outputFiles, ...bundlers.outputFiles]
const [entries, chunks] = [files.filter(({ path }) => isEntry(path)), files.filter(({ path }) => !isEntry(path))]
for (const part of [chunks, entries]) await Promise.all(part.map(({ path, contents }) => replace(path, contents)))
if (publish) await writeFile(join(root, 'dist/LICENSES.txt'), await thirdPartyLicences(node.metafile, root))
const keptFrom = publish ? await timeOf(COMMAND) : before
await Promise.all(['dist/node', 'dist/library'].map((folder) => sweep(join(root, folder), keptFrom)))
const kilobytes = Math.round(files.reduce((sum, { contents }) => sum + contents.length, 0) / 1024)
console.log(
  `Built ${files.length} files, ${kilobytes} KB, in ${((Date.now() - begunAt.getTime()) / 1000).toFixed(1)} s.`,
)

/** The declarations keep `.ts` in their imports, which TypeScript finds as `.d.ts`. */
async function types(): Promise<void> {
  await rm(join(root, 'dist/types'), { recursive: true, force: true })
  const compiler = 'node_modules/typescript/bin/tsc'
  await script(compiler, '-p', 'scripts/tsconfig.types.json')
  await script(compiler, '-p', 'scripts/tsconfig.types-worker.json')
}

async function script(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, args, { cwd: root }).catch((error: { stdout?: string }) => {
    throw new Error(`${args.join(' ')} failed:\n${error.stdout}`, { cause: error })
  })
}

async function timeOf(path: string): Promise<number> {
  return (await stat(path)).mtimeMs
}

function isEntry(path: string): boolean {
  return [onNode, forBundlers].some(({ entryPoints }) =>
    Object.keys(entryPoints).some((name) => path === join(root, options.outdir, `${name}.js`)),
  )
}

/** Whole or not at all: a gateway may be starting from these files. Their time is that of the build. */
async function replace(path: string, contents: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`)
  await writeFile(temporary, contents)
  await utimes(temporary, begunAt, begunAt)
  await rename(temporary, path)
}

/** Removes what is older. The files of the build before stay: a gateway that runs from them may still ask for one. */
async function sweep(folder: string, keptFrom: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if ((await timeOf(path)) < keptFrom) await rm(path, { force: true })
  }
}
