/** Takes updates over, however they came: polled or pushed. */
import type { ChannelDeps, InboundMessage } from '../channel.ts'
import { inboundOf } from './inbound.ts'
import { type BotInfo, numberedSchema, updateSchema } from './wire.ts'

export interface Taken {
  /** What the next poll begins with; null when no update had a number. */
  readonly next: number | null
  /** Pressed buttons, which show a spinner until they are answered. */
  readonly callbacks: readonly string[]
}

/**
 * Hands the messages in `updates` to the gateway, together with the cursor that `keep` writes. An update that is not as
 * documented is logged and passed over: it would come again for ever.
 */
export function takeUpdates(
  updates: readonly unknown[],
  bot: BotInfo,
  { receive, platform: { log } }: Pick<ChannelDeps<never>, 'receive' | 'platform'>,
  keep?: (next: number) => void,
): Taken {
  const messages: InboundMessage[] = []
  const callbacks: string[] = []
  const inOrder = updates
    .map((raw) => ({ raw, number: numberedSchema.safeParse(raw).data?.update_id }))
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0))
  const last = inOrder.at(-1)?.number
  const next = last === undefined ? null : last + 1
  for (const { raw } of inOrder) {
    const update = updateSchema.safeParse(raw)
    if (!update.success) {
      const [issue] = update.error.issues
      log.warn('telegram: an update could not be read', {
        field: issue?.path.join('.') ?? '',
        why: issue?.message ?? '',
      })
      continue
    }
    if (update.data.callback_query) callbacks.push(update.data.callback_query.id)
    const message = inboundOf(update.data, bot)
    if (message) messages.push(message)
  }
  if (messages.length > 0 || next !== null) receive(messages, next === null ? undefined : () => keep?.(next))
  return { next, callbacks }
}
