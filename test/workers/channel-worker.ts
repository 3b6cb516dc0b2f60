/** The faulty Worker (see faulty-worker.ts) with the loopback channel beside those of the build. */

import { CHANNEL_KINDS } from '../../src/channels/index.ts'
import type { GatewayOptions } from '../../src/gateway-options.ts'
import { loopback } from '../support/loopback-channel.ts'
import faulty, { GatewayObject as FaultyObject, TenantDirectory } from './faulty-worker.ts'

export { TenantDirectory }

export class GatewayObject extends FaultyObject {
  protected override gatewayOptions(): Partial<GatewayOptions> {
    return { channels: [...CHANNEL_KINDS, loopback] }
  }

  /** What sleeps in the agenda, by kind. */
  async clocks(): Promise<string[]> {
    return [...this.ctx.storage.sql.exec<{ kind: string }>('SELECT kind FROM agenda ORDER BY kind')].map(
      ({ kind }) => kind,
    )
  }
}

export default faulty
