/** Pushing a home to another gateway. */
import * as z from 'zod'
import { GatewayError } from '../../src/errors.ts'
import { Exporter, type Imported, type Manifest } from '../../src/transfer/index.ts'
import { version } from './package-root.ts'
import { carry, type Progress } from './transfer-copy.ts'
import { type LocalHome, openLocalHome } from './transfer-home.ts'
import { RemoteGateway, type RemoteOptions } from './transfer-remote.ts'

export interface PushOptions {
  /** The home; its gateway, when one runs. */
  from: { home: string; configFile: string; env: Readonly<Record<string, string | undefined>> } | RemoteOptions
  to: RemoteOptions
  /** Replace a gateway that was used. */
  replace: boolean
  progress?: (now: Progress) => void
}

export interface Pushed extends Imported {
  reopened: boolean
  left_out: Manifest['left_out']
}

/**
 * Copies everything to the gateway `to` and makes it that gateway. Run again after a cut, it goes on where it was. Throws
 * `GatewayError`; until the very end the other gateway is untouched.
 */
export async function pushHome({ from, to, replace, progress = () => {} }: PushOptions): Promise<Pushed> {
  const remote = new RemoteGateway(to)
  const local = 'home' in from ? openLocalHome(from) : null
  try {
    const source = local
      ? new Exporter({ home: local, now: Date.now, version })
      : new RemoteGateway(from as RemoteOptions)
    const manifest = await carry(
      { steady: local !== null, manifest: () => source.manifest(), chunk: (ref) => source.chunk(ref) },
      { begin: (wanted) => remote.begin(wanted, replace), put: (sha256, bytes) => remote.put(sha256, bytes) },
      progress,
    )
    const tokenAfter = local ? await tokenOf(local) : (from as RemoteOptions).token
    const { ok: _, ...there } = await remote.commit(manifest.digest, tokenAfter)
    if (there.digest !== manifest.digest) {
      throw new GatewayError(500, 'not_the_same', 'The other gateway does not hold what was sent: push again.')
    }
    return { ...there, left_out: manifest.left_out }
  } finally {
    local?.close()
  }
}

const configSchema = z.object({ gateway: z.object({ token: z.string().min(1) }) })

/** The token that travels with a home's config; undefined where it has none of its own. */
async function tokenOf({ files, configFile }: LocalHome): Promise<string | undefined> {
  try {
    const text = new TextDecoder().decode(await files.read(configFile))
    return configSchema.parse(JSON.parse(text)).gateway.token
  } catch {
    return undefined
  }
}
