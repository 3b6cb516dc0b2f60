/** The config of another home: copied into a home that has none, with its paths made this home's own. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import type { Files } from '../../src/files/index.ts'
import type { ImportItem, OldHome } from '../../src/migrate/index.ts'
import { pathFrom } from './platform.ts'

type Fields = Record<string, unknown>

const KEEP =
  'this home has a config of its own, which was kept; take over what you need with `clawgo config set`, model providers first'

/** Copies `config.json` of `dir` into `home` unless it has one. Null when `dir` has none. */
export async function moveConfig(dir: string, source: OldHome, home: Files): Promise<ImportItem | null> {
  const stat = await source.home.stat('config.json')
  if (stat?.kind !== 'file') return null
  const bytes = readFileSync(join(dir, 'config.json'))
  const sha = source.sha256()
  sha.update(bytes)
  const item: ImportItem = {
    path: 'config.json',
    kind: 'config',
    status: 'conflict',
    size: stat.size,
    version: stat.version,
    sha256: sha.hex(),
    counts: {},
    note: KEEP,
  }
  if (await home.stat('config.json')) return item
  const document = parsed(bytes.toString('utf8'))
  if (!document)
    return { ...item, status: 'failed', note: 'it is no JSON object; correct it and run `clawgo migrate` again' }
  const changed = rebase(document, dir)
  await home.write('config.json', `${JSON.stringify(document, null, 2)}\n`, { ifVersion: null })
  const note = changed.length > 0 ? `now points into this home: ${changed.join(', ')}` : null
  return { ...item, status: 'copied', note }
}

/**
 * Makes every path that leads into `dir` (or into `~/.clawgo`, where it was) relative to the home, so that the new home
 * never writes into the old one. The workspace becomes the home's own wherever it was. Returns the changed keys.
 */
function rebase(document: Fields, dir: string): string[] {
  const changed: string[] = []
  const replace = (owner: unknown, key: string, name: string, make: (value: string) => string) => {
    if (!isFields(owner) || typeof owner[key] !== 'string') return
    const value = make(owner[key])
    if (value !== owner[key]) changed.push(name)
    owner[key] = value
  }
  const into = (value: string) => within(dir, value)
  const agents = isFields(document.agents) ? document.agents : {}
  replace(agents.defaults, 'workspace', 'agents.defaults.workspace', () => '')
  replace(document.logging, 'dir', 'logging.dir', into)
  const models = isFields(document.models) && isFields(document.models.providers) ? document.models.providers : {}
  for (const [name, provider] of Object.entries(models)) {
    if (!isFields(provider)) continue
    const at = `models.providers.${name}`
    replace(provider, 'runtime_history_file', `${at}.runtime_history_file`, into)
    const oauth = isFields(provider.oauth) ? provider.oauth : {}
    replace(oauth, 'credential_file', `${at}.oauth.credential_file`, into)
    if (Array.isArray(oauth.credential_files)) {
      const files = oauth.credential_files.map((file) => (typeof file === 'string' ? into(file) : file))
      if (files.some((file, i) => file !== (oauth.credential_files as unknown[])[i])) {
        changed.push(`${at}.oauth.credential_files`)
      }
      oauth.credential_files = files
    }
  }
  return changed
}

function within(dir: string, setting: string): string {
  if (setting.trim() === '') return setting
  const path = pathFrom(dir, setting)
  for (const root of [resolve(dir), join(homedir(), '.clawgo')]) {
    const way = relative(root, path)
    if (way !== '' && way !== '..' && !way.startsWith(`..${sep}`)) return way.split(sep).join('/')
  }
  return setting
}

function parsed(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : null
  } catch {
    return null
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
