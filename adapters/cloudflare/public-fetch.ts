/**
 * `publicFetch` on Cloudflare. There is no look-up hook there: production cannot reach a private network of ours, local
 * workerd can, so what the address says is refused here and the platform does the rest (files-and-shell.md section 8).
 */
import type { Platform } from '../../src/platform.ts'
import { addressRefused, hostOf, isAddress, isAllowedHost, isPublicAddress } from '../../src/tools/web/index.ts'

/** Names that never belong to the public internet. */
const LOCAL_NAMES = /(?:^|\.)(?:localhost|local|localdomain|internal|intranet|lan|home|corp|private|home\.arpa)$/

/** One hop, redirects not followed; see `Platform.publicFetch`. `ownHosts`: our own names, refused because they loop. */
export function createPublicFetch(ownHosts: () => readonly string[] = () => []): Platform['publicFetch'] {
  return async (url, init, { allow = [] } = {}) => {
    if (!isAllowedHost(url, allow)) {
      const host = hostOf(url)
      const single = !host.includes('.') && !isAddress(host)
      const refused = isAddress(host) ? !isPublicAddress(host) : single || LOCAL_NAMES.test(host)
      // `url.port` is empty for 80 and 443 under their own schemes.
      if (refused || !['', '80', '443'].includes(url.port) || ownHosts().includes(host))
        throw addressRefused(host, url.port)
    }
    return fetch(url, { ...init, redirect: 'manual' })
  }
}

/** For a gateway that does not know its own names. */
export const publicFetch = createPublicFetch()
