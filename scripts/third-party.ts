/** The licences of what a bundle holds: most of them ask to be passed on with the code. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//
const LICENCE = /^(licen[cs]e|notice|copying)/i

/** Name, version, licence and licence texts of each package that the bundle takes code from, by name. */
export async function thirdPartyLicences({ inputs }: Pick<Metafile, 'inputs'>, root: string): Promise<string> {
  const folders = new Map<string, string>()
  for (const path of Object.keys(inputs)) {
    const [folder, name] = PACKAGE.exec(path) ?? []
    if (folder && name) folders.set(folder, name)
  }
  const sorted = [...folders].sort(([, a], [, b]) => (a < b ? -1 : 1))
  const parts = await Promise.all(sorted.map(([folder, name]) => licenceOf(join(root, folder), name)))
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

async function licenceOf(folder: string, name: string): Promise<string> {
  const { version, license }: { version: string; license?: string } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  const files = (await readdir(folder)).filter((file) => LICENCE.test(file))
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return [`${name} ${version} (${license ?? 'see below'})`, ...texts.map((text) => text.trim())].join('\n\n')
}
