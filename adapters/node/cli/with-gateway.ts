/** A gateway to talk to for the length of one command. */
import type { Home } from './home.ts'
import { findGateway, type RunningGateway } from './running-gateway.ts'

/**
 * Calls `work` with the gateway running on `home`. When none runs, starts one in this process on a free loopback port and
 * closes it afterwards: its turns are finished or given back to the next start.
 */
export async function withGateway<T>(home: Home, work: (gateway: RunningGateway) => Promise<T>): Promise<T> {
  const running = await findGateway(home, process.env)
  if (running) return work(running)
  const { startNode } = await import('../server.ts')
  // An address in the environment is for `gateway run`; this one must not take its port.
  const node = await startNode({
    home: home.dir,
    configFile: home.configFile,
    host: '127.0.0.1',
    port: 0,
    quiet: true,
    env: process.env,
  })
  try {
    return await work({ url: node.url.replace(/\/$/, ''), token: node.token, pid: process.pid, version: '' })
  } finally {
    await node.close()
  }
}
