/** What the outbox asks of a connected channel. The channels' room makes these of its open channels. */
import type { OutgoingFile, OutgoingMessage, OutgoingPart } from '../channels/index.ts'

/** How an attempt ended. `ambiguous`: it may have arrived. */
export type Attempt =
  | { outcome: 'sent'; messageId?: string }
  | { outcome: 'later'; reason: string; retryAfterMs?: number }
  | { outcome: 'ambiguous' | 'refused' | 'until_inbound' | 'login'; reason: string }

export interface Carrier {
  /** The same parts for the same message. */
  parts(message: OutgoingMessage): readonly OutgoingPart[] | Promise<readonly OutgoingPart[]>
  /** One attempt at one part; never rejects. `key` is the same for each attempt at this part. */
  send(
    chat: string,
    part: OutgoingPart,
    context: { signal: AbortSignal; key: string; attempt: number; file?: OutgoingFile },
  ): Promise<Attempt>
  /** ms between two sends to one chat. */
  readonly pauseMs: number
}

/** A message as it was put in, complete: what has no action is sent. */
export function outgoing(body: Record<string, unknown>): OutgoingMessage {
  return { action: 'send', ...body } as OutgoingMessage
}
