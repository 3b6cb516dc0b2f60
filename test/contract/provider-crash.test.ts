/** A gateway killed between the vendor's answer to a refresh and its file: the next life knows. Node only: a real SIGKILL. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startNode } from '../../adapters/node/index.ts'
import { startGuardedModel } from '../support/guarded-model.ts'
import { jsonOf } from '../support/json.ts'
import { startOAuthServer } from '../support/oauth-server.ts'

const TOKEN = 'cg_0123456789abcdef0123456789abcdef'
const CLAWGO = new URL('../../adapters/node/cli/clawgo.js', import.meta.url).pathname

it('says that the account has to sign in again', async () => {
  const issuer = await startOAuthServer()
  const model = await startGuardedModel({ who: (token) => issuer.accountOf(token) })
  const home = await mkdtemp(join(tmpdir(), 'gateway-home-'))
  onTestFinished(async () => {
    await Promise.all([issuer.close(), model.close()])
    await rm(home, { recursive: true, force: true })
  })
  const oauth = {
    ...{ provider: 'gemini', client_id: issuer.clientId, auth_url: issuer.authorizeUrl, token_url: issuer.tokenUrl },
    ...{ credential_file: 'auth/a.json', credential_files: ['auth/a.json'] },
  }
  const pool = { api_base: model.baseUrl, models: ['m-1'], type: 'openai-compatible', timeout_sec: 10, auth: 'oauth' }
  const config = {
    gateway: { token: TOKEN, host: '127.0.0.1' },
    agents: { defaults: { model: { primary: 'pool/m-1' } } },
    models: { providers: { pool: { ...pool, oauth } } },
  }
  await mkdir(join(home, 'auth'))
  const expire = new Date(Date.now() - 60_000).toISOString()
  const file = { ...issuer.issue('ann@example.com'), email: 'ann@example.com', expire }
  await writeFile(join(home, 'auth/a.json'), JSON.stringify(file))
  await writeFile(join(home, 'config.json'), JSON.stringify(config))

  const ask = (url: string) =>
    fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ message: 'hi', wait: false }),
    })
  // Port 0: the gateway takes a free one and says which.
  const args = [CLAWGO, '--config', join(home, 'config.json'), 'gateway', 'run', '--host', '127.0.0.1', '--port', '0']
  const env = { PATH: process.env.PATH, HOME: home, CLAWGO_TEST_CRASH: 'refresh-answered' }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const died = new Promise<string | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said += data
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
        if (found) resolve(found)
      })
    }
    void died.then(() => reject(new Error(said)))
  })
  await ask(url).catch(() => null)
  expect(await died).toBe('SIGKILL')
  expect(JSON.parse(await readFile(join(home, 'auth/a.json'), 'utf8')).refresh_token).toBe(file.refresh_token)

  const next = await startNode({ home, port: 0, env: { PATH: process.env.PATH }, quiet: true })
  onTestFinished(() => next.close({ graceMs: 0 }))
  const view = async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    return (await jsonOf(fetch(`${next.url}/api/provider/runtime?provider=pool`, { headers }))).view.items[0]
  }
  // The turn that was killed goes on, and learns what the vendor says of a token that was used already.
  await expect
    .poll(async () => (await view()).oauth_accounts[0], { timeout: 15_000 })
    .toMatchObject({ disabled: true, disable_reason: expect.stringContaining('sign in again') })
  const reasons = (await view()).recent_changes.map(({ reason }: { reason: string }) => reason)
  expect(reasons).toEqual(expect.arrayContaining(['oauth_refresh_interrupted', 'oauth_disabled_refresh_interrupted']))
}, 60_000)
