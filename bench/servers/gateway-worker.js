/** The Worker of adapters/cloudflare, whose Gateway object can be given a session with a past. JavaScript: its types are workerd's. */
import { objectDatabase } from '../../adapters/cloudflare/database.ts'
import worker, { GatewayObject, TenantDirectory } from '../../adapters/cloudflare/worker.ts'
import { fillSession } from '../fill-session.ts'

export default worker
export { TenantDirectory }

/** As `GatewayObject`, and `fill(key, messages)` writes messages into a session. */
export class FillableGateway extends GatewayObject {
  async fill(key, messages) {
    fillSession(objectDatabase(this.ctx.storage), key, messages)
  }
}
