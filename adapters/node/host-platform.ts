/** The platform of one tenant on a Node host: its own home and nothing else of the machine. */
import { join } from 'node:path'
import type { Files } from '../../src/files/index.ts'
import type { TenantFeatures } from '../../src/hosting/index.ts'
import type { Platform } from '../../src/platform.ts'
import { openNodeFiles } from './files.ts'
import { tenantFetch } from './host-fetch.ts'
import { type NodePlatformParts, nodePlatform } from './platform.ts'

/** Variables of the host's environment that child processes get where a tenant may start some. */
const FOR_PROCESSES = ['PATH', 'LANG', 'LC_ALL', 'TZ'] as const

/**
 * A Node platform behind walls. The workspace is the home's own whatever the config names; processes, the machine's facts
 * and private addresses are there only where the host's features say so. `parts.env` is what tenants may see.
 */
export function tenantPlatform(
  parts: NodePlatformParts,
  features: TenantFeatures,
): Platform & { settled(): Promise<void> } {
  const path = Object.fromEntries(FOR_PROCESSES.map((name) => [name, process.env[name]]))
  const full = nodePlatform({ ...parts, env: { ...path, ...parts.env, HOME: parts.home } })
  const { processes, publicFetch, proxied, ...rest } = full
  const shown = (files: Files) => (features.shell ? files : withoutPlace(files))
  const workspace = shown(openNodeFiles(join(parts.home, 'workspace')))
  const open = features.private_network === true
  return {
    ...rest,
    env: parts.env,
    files: shown(parts.files),
    workspace: () => workspace,
    // Real commands see the machine anyway.
    ...(features.shell && processes ? { processes } : { system: hostedFacts }),
    fetch: open ? globalThis.fetch : tenantFetch,
    // What the config allows itself does not count here.
    publicFetch: open ? publicFetch : (url, init) => publicFetch(url, init),
    ...(proxied ? { proxied: open ? proxied : (proxyUrl: string) => proxied(proxyUrl) } : {}),
  }
}

const hostedFacts: Platform['system'] = async () => [
  ['OS', 'hosted gateway'],
  ['Runtime', `Node ${process.versions.node}`],
  ['Processes', 'none: the shell is simulated'],
]

/** Files that do not say where on the host's disk they are; only commands need that. */
function withoutPlace(files: Files): Files {
  return Object.create(files, { root: { value: undefined, enumerable: true } }) as Files
}
