/** Copies the files of the API reference from swagger-ui-dist to `dist/assets`, with their licence. Run by `npm run build:assets`. */
import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FILES: ReadonlyArray<[from: string, to: string]> = [
  ['swagger-ui-bundle.js', 'swagger-ui-bundle.js'],
  ['swagger-ui.css', 'swagger-ui.css'],
  ['LICENSE', 'swagger-ui.LICENSE.txt'],
  ['NOTICE', 'swagger-ui.NOTICE.txt'],
]

const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const target = join(import.meta.dirname, '..', 'dist', 'assets')
await mkdir(target, { recursive: true })
await Promise.all(FILES.map(([from, to]) => copyFile(join(source, from), join(target, to))))
