/** An open channel as the outbox uses it: what it throws becomes the outcome of an attempt. */
import { messageOf } from '../errors.ts'
import type { Attempt, Carrier } from '../outbox/index.ts'
import { type Channel, DeliveryError } from './channel.ts'
import { unlessAborted } from './deadline.ts'

/** The carrier of a channel. Sends end with their signal: a channel that does not look at it must not hold the outbox up. */
export function carrierOf(channel: Channel): Carrier {
  return {
    parts: (message) => channel.parts(message),
    pauseMs: channel.pauseMs ?? 0,
    async send(chat, part, context): Promise<Attempt> {
      try {
        const { messageId } = await unlessAborted(channel.send(chat, part, context), context.signal)
        return { outcome: 'sent', ...(messageId === undefined ? {} : { messageId }) }
      } catch (error) {
        if (!(error instanceof DeliveryError)) return { outcome: 'ambiguous', reason: messageOf(error) }
        const { failure, message: reason, retryAfterMs } = error
        if (failure === 'later')
          return { outcome: failure, reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
        return { outcome: failure, reason }
      }
    },
  }
}
