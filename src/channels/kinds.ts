/** The channels this build has. A new one is a line here; what is heavy in it is loaded when it is used. */
import type { ChannelKind } from './channel.ts'
import { feishu } from './feishu/index.ts'
import { telegram } from './telegram/index.ts'
import { weixin } from './weixin/index.ts'

export const CHANNEL_KINDS: readonly ChannelKind[] = [feishu, telegram, weixin]
