/** The Feishu / Lark channel. */
import type { ChannelKind } from '../channel.ts'
import { openFeishu } from './channel.ts'
import { type FeishuSettings, settingsProblem } from './settings.ts'

export { ConnectionRefused, type LongConnection, type LongConnectionOptions } from './connection.ts'
export type { FeishuSettings } from './settings.ts'

/** Feishu and Lark: events over the webhook or, on Node, the long connection; messages over the HTTP API. */
export const feishu: ChannelKind<FeishuSettings> = {
  name: 'feishu',
  problem: settingsProblem,
  open: openFeishu,
}
