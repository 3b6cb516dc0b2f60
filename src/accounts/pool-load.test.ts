/** Many turns at once over a key and two accounts that fail at random: nobody notices while one credential is well. */
import { expect, it } from 'vitest'
import { openAccountHome } from '../../test/support/account-home.ts'
import { type ModelFault, startGuardedModel } from '../../test/support/guarded-model.ts'
import { startOAuthServer } from '../../test/support/oauth-server.ts'

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
]

/** The same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

it.each([1, 2, 3])('500 turns, faults from seed %i: no turn fails, each refresh token is used once', async (seed) => {
  const random = randomFrom(seed)
  const issuer = await startOAuthServer()
  let calls = 0
  const model = await startGuardedModel({
    who: (token) => (token === KEY ? 'key' : issuer.accountOf(token)),
    fault(signer) {
      calls++
      // Every now and then the vendor forgets the tokens it gave, those of the account that is well too.
      if (calls % 90 === 0) issuer.revokeAccess(calls % 180 === 0 ? 'ann' : 'ben')
      if (signer === 'ben' || random() < 0.5) return undefined
      return FAULTS[Math.floor(random() * FAULTS.length)]
    },
  })
  const file = (email: string) => ({ ...issuer.issue(email), email })
  const home = await openAccountHome({
    ...{ issuer, model, provider: { auth: 'hybrid', api_key: KEY } },
    files: { 'a.json': file('ann'), 'b.json': file('ben') },
  })
  try {
    const answers: string[] = []
    const turn = async (i: number) => {
      // Rests end while turns go on, so that failing credentials are asked again and again.
      if (i % 25 === 0) home.time.now += 70 * 60_000
      answers.push(await home.ask(`m-${1 + (i % 2)}`))
    }
    const started: Array<Promise<void>> = []
    for (let i = 0; i < TURNS; i++) {
      started.push(turn(i))
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(started)
    expect(answers).toHaveLength(TURNS)
    expect(new Set(answers)).toEqual(new Set(['key', 'ann', 'ben']))
    expect([...issuer.refreshUses.values()].every((uses) => uses === 1)).toBe(true)
    expect(issuer.refreshUses.size).toBeGreaterThan(2)
    expect(home.models.pool.history('pool').errors.length).toBeGreaterThan(0)
  } finally {
    home.close()
    await issuer.close()
    await model.close()
  }
})
