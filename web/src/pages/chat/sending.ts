/**
 * Messages on their way. Each has a key under which the gateway takes it once, so a message is sent again without fear
 * after a lost connection or a reload in the middle. A message stays here until the transcript shows its turn.
 */
import { answer, api } from '../../api/client.ts'
import { onReturn } from '../../api/connection.ts'
import { failureText, isPassing } from '../../api/failure.ts'
import { queries } from '../../api/queries.ts'
import { watchedValue } from '../../app/watched-value.ts'
import { noticeDone } from '../../ui/notice.tsx'
import { transcriptKey } from './transcript.ts'

export interface Draft {
  text: string
  media: readonly string[]
  /** The message it replaces, by `seq`. */
  replaceFrom?: number
}

export interface Sending extends Draft {
  key: string
  session: string
  at: number
  /** Once the gateway has it. */
  turn?: number
  /** Why the gateway did not take it. */
  error?: string
}

const STORE = 'console.sending'
const sendings = watchedValue<readonly Sending[]>(stored())

/** Messages of a session that the transcript may not show yet. */
export function useSendings(session: string): readonly Sending[] {
  return sendings.use().filter((sending) => sending.session === session)
}

/** Sends a message; resolves when the gateway has taken or refused it. */
export async function send(session: string, draft: Draft): Promise<void> {
  const sending = { ...draft, key: randomKey(), session, at: Date.now() }
  change([...sendings.get(), sending])
  await deliver(sending)
}

/** Tries a refused message again. */
export async function sendAgain(key: string): Promise<void> {
  const sending = sendings.get().find((one) => one.key === key)
  if (!sending) return
  const { error: _, ...fresh } = sending
  replace(key, fresh)
  await deliver(fresh)
}

/** Forgets a message: it was refused, or the transcript shows it. */
export function forgetSending(key: string): void {
  if (sendings.get().some((one) => one.key === key)) change(sendings.get().filter((one) => one.key !== key))
}

async function deliver({ key, session, text, media, replaceFrom }: Sending): Promise<void> {
  try {
    const taken = await answer(
      api.POST('/api/chat', {
        body: {
          session,
          message: text,
          ...(media.length > 0 ? { media: [...media] } : {}),
          wait: false,
          idempotency_key: key,
          ...(replaceFrom === undefined ? {} : { replace_from: replaceFrom }),
        },
      }),
    )
    if (taken.turn === undefined) {
      forgetSending(key)
      if ('reply' in taken && taken.reply) noticeDone(taken.reply)
      return
    }
    const sent = sendings.get().find((one) => one.key === key)
    if (sent) replace(key, { ...sent, turn: taken.turn })
    await queries.invalidateQueries({ queryKey: transcriptKey(session) })
    void queries.invalidateQueries({ queryKey: ['sessions'] })
  } catch (error) {
    // Without an answer nobody knows whether it arrived: the key makes asking again safe.
    if (isPassing(error)) return
    const refused = sendings.get().find((one) => one.key === key)
    if (refused) replace(key, { ...refused, error: failureText(error) })
  }
}

/** Sends what an earlier page, or a lost connection, left without an answer. Call once. */
export function resumeSending(): () => void {
  const resume = () => {
    for (const sending of sendings.get()) if (sending.turn === undefined && !sending.error) void deliver(sending)
  }
  resume()
  return onReturn(resume)
}

function replace(key: string, sending: Sending): void {
  change(sendings.get().map((one) => (one.key === key ? sending : one)))
}

function change(next: readonly Sending[]): void {
  sendings.set(next)
  try {
    sessionStorage.setItem(STORE, JSON.stringify(next))
  } catch {
    // Full or blocked: the message is only kept by this page.
  }
}

function stored(): Sending[] {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? '[]') as Sending[]
  } catch {
    return []
  }
}

/** `crypto.randomUUID` is missing where the gateway is reached over plain http by a name. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
