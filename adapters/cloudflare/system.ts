/** What `system_info` tells on Cloudflare: there is no host to measure, so it names the platform and its limits. */
import type { SystemFacts } from '../../src/platform.ts'

/** Facts of the runtime. */
export function systemFacts(): SystemFacts {
  return async () => [
    ['OS', 'Cloudflare Workers'],
    ['Runtime', `workerd (${navigator.userAgent})`],
    ['RAM', 'limit 128 MB'],
    ['Storage', 'SQLite of the Durable Object'],
    ['Processes', 'none: the shell is simulated'],
  ]
}
