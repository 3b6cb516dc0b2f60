/** Weixin (WeChat) by iLink bots: the channel, and pairing bots by QR code. */
import type { ChannelKind } from '../channel.ts'
import { WeixinChannel } from './channel.ts'
import { baseUrlOf, cdnUrlOf, type WeixinSettings } from './settings.ts'

export { weixinMigrations } from './pending-logins.ts'
export { qrModules } from './qr.ts'
export { weixinRoutes } from './routes.ts'
export { WeixinService } from './service.ts'

/** Runs with any number of accounts, also with none: one may be paired later. */
export const weixin: ChannelKind<WeixinSettings> = {
  name: 'weixin',
  problem(settings) {
    if (!isAddress(baseUrlOf(settings))) return 'channels.weixin.base_url must be an http(s) address'
    return isAddress(cdnUrlOf(settings)) ? null : 'channels.weixin.cdn_base_url must be an http(s) address'
  },
  open: (deps) => new WeixinChannel(deps),
}

const isAddress = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
