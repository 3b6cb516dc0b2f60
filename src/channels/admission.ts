/** Who may speak to the agent through a channel, and as what (channels.md section 3.1, closed where that is open). */
import type { InboundMessage } from './channel.ts'
import type { Role } from './people.ts'

/** The lists and switches of a channel's section that decide about people; a channel without groups lacks the last two. */
export interface AdmissionSettings {
  /** Owners, as ids; `*` lets everybody in as a guest. */
  allowFrom: readonly string[]
  /** Groups that may be listened to; empty: all. Private chats are not looked up here. */
  allowChats: readonly string[]
  enableGroups: boolean
  requireMention: boolean
}

export interface AdmissionFacts {
  settings: AdmissionSettings
  /** People who own an account of the channel. */
  owners: readonly string[]
  /** What the sender was approved as. */
  approved: Role | null
}

/** `stranger`: worth a pairing code. `ignored`: not for us; nothing is said. */
export type Admission = { as: Role } | { as: 'stranger' } | { as: 'ignored'; why: string }

/**
 * Decides about one message.
 *
 * - owner: in `allow_from` (exactly, or the part before the first `|`), among the channel's own owners, or approved as one;
 * - guest: approved as one, anybody when `allow_from` has `*`, anybody in a group of `allow_chats` while `allow_from` is empty;
 * - in a group, `enable_groups`, `allow_chats` and `require_mention_in_groups` come before all that; a stranger there is
 *   not answered at all.
 */
export function admit(
  message: Pick<InboundMessage, 'sender' | 'chat' | 'group' | 'addressed'>,
  facts: AdmissionFacts,
): Admission {
  const { settings } = facts
  if (message.group) {
    if (!settings.enableGroups) return { as: 'ignored', why: 'groups are off' }
    if (settings.allowChats.length > 0 && !groupListed(message.chat, settings.allowChats))
      return { as: 'ignored', why: 'the group is not in allow_chats' }
    if (settings.requireMention && !message.addressed) return { as: 'ignored', why: 'not addressed' }
  }
  if (listed(message.sender, settings.allowFrom) || listed(message.sender, facts.owners) || facts.approved === 'owner')
    return { as: 'owner' }
  if (facts.approved === 'guest' || settings.allowFrom.includes('*')) return { as: 'guest' }
  if (!message.group) return { as: 'stranger' }
  return settings.allowFrom.length === 0 && groupListed(message.chat, settings.allowChats)
    ? { as: 'guest' }
    : { as: 'ignored', why: 'a stranger in a group' }
}

/** A topic is listed with its group: channels name it `<group>/<topic>`. */
function groupListed(chat: string, list: readonly string[]): boolean {
  return list.includes(chat) || list.includes(chat.split('/', 1)[0]!)
}

function listed(sender: string, list: readonly string[]): boolean {
  const bar = sender.indexOf('|')
  const first = bar > 0 ? sender.slice(0, bar) : sender
  return list.some((each) => each !== '*' && each !== '' && (each === sender || each === first))
}

/** The settings of admission in a channel's section, whatever else it has. */
export function admissionSettings(section: unknown): AdmissionSettings {
  const given = (typeof section === 'object' && section !== null ? section : {}) as Record<string, unknown>
  return {
    allowFrom: texts(given.allow_from),
    allowChats: texts(given.allow_chats),
    enableGroups: given.enable_groups !== false,
    requireMention: given.require_mention_in_groups !== false,
  }
}

const texts = (value: unknown) =>
  Array.isArray(value) ? value.map((each) => String(each).trim()).filter((each) => each !== '') : []
