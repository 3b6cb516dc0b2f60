/** Hosts of many tenants as they are run, each a process of its own, with tenants that are there from the beginning. */
import { join } from 'node:path'
import { request } from 'undici'
import { nodeDatabase } from '../adapters/node/database.ts'
import { SqlDirectory } from '../src/hosting/index.ts'
import { untilHealthy } from './gateways.ts'
import { freePort, type Server, type Stage } from './stage.ts'
import { connections } from './upstream.ts'

const CLAWGO = 'adapters/node/cli/clawgo.js'
export const ADMIN_TOKEN = 'admin_0123456789abcdef0123456789abcdef'

/** A running host, and how a request says whose it is. */
export interface Host extends Server {
  /** Of the nth tenant. */
  readonly authorization: (n: number) => string
}

/** Starts `clawgo host` whose directory knows `tenants`, none of which was ever opened. */
export async function startNodeHost(stage: Stage, tenants: number): Promise<Host> {
  const dir = await stage.folder()
  const tokens = await fillDirectory(join(dir, 'directory.db'), tenants)
  const port = await freePort()
  const address = ['--host', '127.0.0.1', '--port', String(port)]
  const running = stage.start({
    // Idle homes stay: what is measured is how many there are, not when they go.
    args: [CLAWGO, 'host', '--quiet', '--dir', dir, ...address, '--max-open', '100', '--idle', '3600'],
    env: { HOME: dir, HOST_ADMIN_TOKEN: ADMIN_TOKEN },
  })
  const url = `http://127.0.0.1:${port}`
  await Promise.race([untilHealthy(url), running.failed])
  return { ...running, url, authorization: (n) => `Bearer ${tokens[n]}` }
}

/** Sends a small request as the nth tenant, and gives the time it took in ms. Throws unless it was answered with 200. */
export async function askAs(host: Host, n: number, path = '/api/version'): Promise<number> {
  const began = performance.now()
  const answer = await request(host.url + path, {
    headers: { authorization: host.authorization(n) },
    dispatcher: connections,
  })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`tenant ${n} got ${answer.statusCode}: ${text}`)
  return performance.now() - began
}

/** Calls the admin API. */
export async function administer(host: Pick<Server, 'url'>, path: string, body: object): Promise<{ token: string }> {
  const answer = await request(`${host.url}/admin${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify(body),
    dispatcher: connections,
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${path} answered ${answer.statusCode}: ${text}`)
  return JSON.parse(text) as { token: string }
}

/** Straight into the database: over the API ten thousand tenants are minutes of waiting for the disk. */
async function fillDirectory(path: string, tenants: number): Promise<string[]> {
  const db = nodeDatabase(path)
  const tokens: string[] = []
  try {
    db.query('PRAGMA synchronous = OFF')
    const directory = new SqlDirectory(db, Date.now)
    for (let n = 0; n < tenants; n++) {
      await directory.create({ id: `t${n}` })
      tokens.push((await directory.issue(`t${n}`, { scopes: ['owner'] })).token)
    }
  } finally {
    db.close()
  }
  return tokens
}
