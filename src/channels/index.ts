/** The chat channels: platforms, the people on them, and what goes between them and the agent. */
export type {
  Attachment,
  AttachmentKind,
  Channel,
  ChannelDeps,
  ChannelHealth,
  ChannelKind,
  ChannelState,
  DownloadedFile,
  InboundMessage,
  OutgoingFile,
  OutgoingMessage,
  OutgoingPart,
  Poll,
  SendContext,
  Sent,
} from './channel.ts'
export { DeliveryError, LoginNeeded } from './channel.ts'
export { Channels, type ChannelsDeps, type ChannelView } from './channels.ts'
export { ChannelDrafts } from './drafts.ts'
export { CHANNEL_KINDS } from './kinds.ts'
export { type ChannelRoutesDeps, channelRoutes } from './routes.ts'
export { channelMigrations } from './tables.ts'
