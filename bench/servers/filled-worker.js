/** The Worker of adapters/cloudflare, whose Gateway object can be given a full store. JavaScript: its types are workerd's. */
import { objectDatabase } from '../../adapters/cloudflare/database.ts'
import worker, { GatewayObject, TenantDirectory } from '../../adapters/cloudflare/worker.ts'
import { fillKeptLines } from '../fill-logs.ts'
import { fillSessions } from '../fill-sessions.ts'

export default worker
export { TenantDirectory }

const FILLS = { sessions: fillSessions, logs: fillKeptLines }

/** As `GatewayObject`, and `fill('sessions', 100)` makes a hundred sessions. Call it before the first request. */
export class FilledGateway extends GatewayObject {
  async fill(store, count) {
    FILLS[store](objectDatabase(this.ctx.storage), count)
  }
}
