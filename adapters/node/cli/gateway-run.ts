/** `clawgo gateway run`: the gateway in the foreground, from the first line it prints to the last signal it gets. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { greeting } from './greeting.ts'
import type { Home } from './home.ts'
import { say } from './output.ts'
import { ADDRESS_FILE } from './running-gateway.ts'
import { watchSignals } from './signals.ts'
import { version } from './version.ts'

export interface RunOptions {
  host?: string
  port?: number
  token?: string
  quiet: boolean
}

/** Runs until SIGINT or SIGTERM and resolves after a graceful stop. A second Ctrl-C ends the process at once. */
export async function runGateway(home: Home, options: RunOptions): Promise<void> {
  const { startNode } = await import('../server.ts')
  const { host, port, token, quiet } = options
  const node = await startNode({
    home: home.dir,
    configFile: home.configFile,
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(token !== undefined && { token }),
    quiet,
    env: process.env,
  })
  const signals = watchSignals()
  const { url } = node
  const addressFile = join(home.dir, ADDRESS_FILE)
  await writeFile(addressFile, JSON.stringify({ pid: process.pid, url }), { mode: 0o600 })
  if (!quiet) {
    const { primary, source } = await node.gateway.models.describe()
    const model = { ref: primary, source }
    const needsToken = node.token !== ''
    for (const line of greeting({ url, version, home, loginUrl: await node.loginUrl(), needsToken, model })) say(line)
  }
  await signals.first
  if (!quiet) say('\nStopping: what runs is finished or kept for the next start. Ctrl-C again ends at once.')
  await rm(addressFile, { force: true })
  await node.close()
  signals.close()
  if (!quiet) say('Gateway stopped.')
}
