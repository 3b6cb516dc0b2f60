/** Where a request comes from, for counting failed logins. */
import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'

/** What a server that sees its peers hands to Hono beside the request. */
interface RequestFacts {
  remoteAddress?: string | undefined
}

/**
 * The client's IP address; of IPv6 the /64 network, which one customer usually owns. A forwarding header counts only
 * on the edge, which sets it itself: behind a local proxy all clients share the proxy's address.
 */
export function clientAddress(c: Context): string {
  const facts = c.env as RequestFacts | undefined
  const seesPeers = typeof facts === 'object' && facts !== null && 'remoteAddress' in facts
  const address = seesPeers ? facts.remoteAddress : c.req.header('cf-connecting-ip')
  if (!address || !ipaddr.isValid(address)) return 'unknown'
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv4' ? parsed.toString() : parsed.toByteArray().slice(0, 8).join('.')
}
