/** Signing this browser in and out. The token ends in an HttpOnly cookie: no script of the page can read it. */
import { ask, failureOf } from './client.ts'
import { probe, signedOut } from './connection.ts'
import { ApiFailure } from './failure.ts'

/** Trades a pasted token for the cookie. Throws an ApiFailure; 401 says that the token is wrong. */
export async function signIn(token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token.trim()}` }
  const given = await fetch('/api/login/code', { method: 'POST', headers, credentials: 'omit' }).catch(() => {
    throw new ApiFailure(0, 'The gateway does not answer.')
  })
  if (!given.ok) throw failureOf(given.status, await given.text())
  const { path } = (await given.json()) as { path: string }
  const entered = await fetch(path, { credentials: 'same-origin' })
  if (!entered.ok) throw failureOf(entered.status, await entered.text())
  await probe()
}

/** Takes the cookie away and shows the sign-in screen. */
export async function signOut(): Promise<void> {
  const response = await ask('/api/logout', { method: 'POST' })
  if (!response.ok) throw failureOf(response.status, await response.text())
  signedOut(false)
}

/** Signs in with the `?token=` of an old bookmark, which leaves the address bar and the history either way. */
export async function signInFromAddress(): Promise<void> {
  const address = new URL(location.href)
  const token = address.searchParams.get('token')
  if (token === null) return
  address.searchParams.delete('token')
  history.replaceState(history.state, '', address)
  if (token.trim()) await signIn(token).catch(() => signedOut(true))
}
