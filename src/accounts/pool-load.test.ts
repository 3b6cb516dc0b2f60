/** Whole chat turns, many at once, over a key and two accounts that fail at random: nobody notices while one is well. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startNode } from '../../adapters/node/index.ts'
import { type ModelFault, startGuardedModel } from '../../test/support/guarded-model.ts'
import { startOAuthServer } from '../../test/support/oauth-server.ts'
import { seeded } from '../../test/support/turn-load.ts'

const TOKEN = 'cg_0123456789abcdef0123456789abcdef'
const KEY = 'sk-the-key-of-the-owner'
const TURNS = 500
const FAULTS: readonly ModelFault[] = [
  { status: 401 },
  { status: 402, body: 'billing' },
  { status: 403 },
  { status: 429 },
  { status: 429, retryAfter: 1 },
  { status: 500 },
  { status: 503 },
  'cut',
  'cut stream',
]

it('500 concurrent turns: none fails while a credential is well, each refresh token is used once', async () => {
  const random = seeded(7)
  const issuer = await startOAuthServer()
  let calls = 0
  const model = await startGuardedModel({
    who: (token) => (token === KEY ? 'key' : issuer.accountOf(token)),
    fault(signer) {
      calls++
      // Every now and then the vendor forgets the tokens it gave, those of the account that is well too.
      if (calls % 60 === 0) issuer.revokeAccess(calls % 120 === 0 ? 'ann@example.com' : 'ben@example.com')
      if (signer === 'ben@example.com' || random() < 0.3) return undefined
      return FAULTS[Math.floor(random() * FAULTS.length)]
    },
  })
  const home = await mkdtemp(join(tmpdir(), 'gateway-home-'))
  const oauth = {
    ...{ provider: 'gemini', client_id: issuer.clientId, auth_url: issuer.authorizeUrl, token_url: issuer.tokenUrl },
    // Accounts that failed come back while the turns go on.
    cooldown_sec: 1,
  }
  const pool = {
    ...{ api_base: model.baseUrl, models: ['m-1'], type: 'openai-compatible', timeout_sec: 20 },
    ...{ auth: 'hybrid', api_key: KEY, oauth },
  }
  const gateway = await startNode({
    ...{ home, host: '127.0.0.1', port: 0, env: { PATH: process.env.PATH }, quiet: true },
    initialConfig: {
      gateway: { token: TOKEN },
      agents: { defaults: { model: { primary: 'pool/m-1' } } },
      models: { providers: { pool } },
    },
  })
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const answer = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await answer.text()
    return answer.ok ? JSON.parse(text) : `${answer.status} ${text}`
  }
  try {
    // The last login is asked first: the account that fails.
    for (const account of ['ben@example.com', 'ann@example.com']) {
      const { flow_id, auth_url } = await post('/api/provider/oauth/start', { provider: 'pool' })
      const callback_url = await issuer.allow(auth_url, account)
      await post('/api/provider/oauth/complete', { provider: 'pool', flow_id, callback_url })
    }
    const turns = Array.from({ length: TURNS }, (_, i) => post('/api/chat', { session: `s${i}`, message: 'hi' }))
    const answers = (await Promise.all(turns)).map((answer) => answer.reply ?? answer)

    const signers = ['key', 'ann@example.com', 'ben@example.com'].map((who) => `answered for ${who}`)
    expect(answers.filter((answer) => !signers.includes(answer))).toEqual([])
    expect(new Set(answers)).toEqual(new Set(signers))
    expect(model.signers.length).toBeGreaterThan(TURNS + 20)
    expect(issuer.refreshUses.size).toBeGreaterThan(2)
    expect([...issuer.refreshUses.values()].filter((uses) => uses !== 1)).toEqual([])
    expect(gateway.gateway.models.pool.history('pool').errors.length).toBeGreaterThan(0)
  } finally {
    await gateway.close({ graceMs: 0 })
    await issuer.close()
    await model.close()
    await rm(home, { recursive: true, force: true })
  }
}, 40_000)
