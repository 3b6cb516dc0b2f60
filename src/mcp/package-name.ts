/** Which packages may be installed: names of the registries, at most with a pinned version (agent.md section 11). */
import { badRequest } from '../errors.ts'

export type InstallerName = 'uv' | 'bun'

export interface PackageSpec {
  /** As the installer takes it. */
  spec: string
  /** The name alone, with its scope. */
  name: string
  /** What its command is called when the package does not say. */
  bin: string
}

const NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i
const VERSION = /^[0-9][0-9a-z.+!-]*$/i
const MAX_LENGTH = 214

/** The installer meant; blank is uv. 400 for any other word. */
export function installerNamed(text: string): InstallerName {
  const word = text.trim().toLowerCase() || 'uv'
  if (word === 'uv' || word === 'bun') return word
  throw badRequest(`unsupported installer: ${word}; use uv or bun`)
}

/**
 * A package by its registry name: `name`, for bun also `@scope/name`, each with `@1.2.3`, for uv also with `==1.2.3`.
 * 400 for everything else: paths, addresses, git repositories and options of the installer are not packages.
 */
export function packageSpec(text: string, installer: InstallerName): PackageSpec {
  const spec = text.trim()
  if (spec === '') throw badRequest('package required')
  const parts = /^(?:@([^/@]+)\/)?([^@=/]+)(?:(@|==)([^@=/]+))?$/.exec(spec)
  const [, scope, name = '', sign, version] = parts ?? []
  const sound =
    spec.length <= MAX_LENGTH &&
    NAME.test(name) &&
    !isArchive(name) &&
    (scope === undefined || (installer === 'bun' && NAME.test(scope))) &&
    (sign !== '==' || installer === 'uv') &&
    (version === undefined || VERSION.test(version))
  if (!sound) {
    const forms = installer === 'bun' ? 'name, @scope/name or name@1.2.3' : 'name or name==1.2.3'
    throw badRequest(`invalid package: give its name in the registry, as ${forms}`)
  }
  return { spec, name: scope === undefined ? name : `@${scope}/${name}`, bin: name }
}

/** Installers take such a name for a file. */
const isArchive = (name: string) => /\.(tgz|tar|gz|bz2|xz|zip|whl)$/i.test(name)
