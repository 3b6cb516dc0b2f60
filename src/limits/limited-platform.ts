/** A platform whose files and sockets are held to the limits that the host of a gateway set. */
import type { Platform, Sockets } from '../platform.ts'
import { FileQuota } from './file-quota.ts'
import type { LimitGuard } from './guard.ts'

export interface LimitedPlatform {
  platform: Platform
  quota: FileQuota
}

/** What the owner fills; everything else in the home is the gateway's own and must always be writable. */
const FILLED_BY_OWNER = /^(?:workspace|uploads)(?:\/|$)/

/**
 * Wraps `files`, `workspace` and `sockets` of a platform. `guard` is asked when it is needed, so it may be made later;
 * `workspace` names the one that counts when it is outside of the home.
 */
export function limitedPlatform(
  platform: Platform,
  deps: { guard: () => LimitGuard; fileLimit: () => boolean; workspace: () => string },
): LimitedPlatform {
  const quota = new FileQuota({
    roots: () => {
      const workspace = platform.workspace(deps.workspace())
      const home = platform.files.root
      const inside = home === undefined || workspace.root === undefined || workspace.root.startsWith(`${home}/`)
      return inside ? [platform.files] : [platform.files, workspace]
    },
    enabled: deps.fileLimit,
    admit: (used) => deps.guard().admitFileBytes(used),
    now: platform.now,
  })
  const views = new Map<string, ReturnType<Platform['workspace']>>()
  return {
    quota,
    // Over the platform, not a copy: what an adapter changes there stays visible.
    platform: Object.assign(Object.create(platform) as Platform, {
      files: quota.around(platform.files, (path: string) => FILLED_BY_OWNER.test(path)),
      workspace(setting: string) {
        const view = views.get(setting) ?? quota.around(platform.workspace(setting), () => true)
        views.set(setting, view)
        return view
      },
      sockets: limitedSockets(platform.sockets, () => deps.guard().admitSocket()),
    } satisfies Partial<Platform>),
  }
}

function limitedSockets(sockets: Sockets, admit: () => void): Sockets {
  return {
    accept(...upgrade) {
      admit()
      return sockets.accept(...upgrade)
    },
    open: (endpoint) => sockets.open(endpoint),
  }
}
