/**
 * Fills `dist/assets`: the files of the API reference from swagger-ui-dist, with their licence, and the console, unless
 * what is there is newer than its sources. Run by `npm run build:assets` and whatever needs the files.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildConsole } from './build-console.ts'

const FILES: ReadonlyArray<[from: string, to: string]> = [
  ['swagger-ui-bundle.js', 'swagger-ui-bundle.js'],
  ['swagger-ui.css', 'swagger-ui.css'],
  ['LICENSE', 'swagger-ui.LICENSE.txt'],
  ['NOTICE', 'swagger-ui.NOTICE.txt'],
]

const root = join(import.meta.dirname, '..')
const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const target = join(root, 'dist', 'assets')
await mkdir(target, { recursive: true })
await Promise.all([
  ...FILES.map(([from, to]) => copyFile(join(source, from), join(target, to))),
  // The edge compresses by itself.
  writeFile(join(target, '.assetsignore'), '*.br\n'),
  buildConsole(root, (line) => console.log(line)),
])
