/**
 * The Worker as it is deployed, with a door for tests: `POST /__faults/arm?point=delta&nth=2`, `/armed`, `/die`, and
 * `/lives`, which says how often the object came to life without waking it.
 */
import worker, { GatewayObject as DeployedObject, TenantDirectory } from '../../adapters/cloudflare/worker.ts'

export { TenantDirectory }

/** In the module: an object that is put to sleep takes its own memory with it. */
let lives = 0

export class GatewayObject extends DeployedObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    lives++
  }
}

export default {
  ...worker,
  async fetch(request, env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (!pathname.startsWith('/__faults/')) return worker.fetch(request, env)
    if (pathname === '/__faults/lives') return Response.json(lives)
    const object = env.GATEWAY.getByName('main')
    try {
      if (pathname === '/__faults/arm') await object.arm(searchParams.get('point')!, Number(searchParams.get('nth')))
      if (pathname === '/__faults/die') await object.die({ forgetAlarm: searchParams.has('forget-alarm') })
      return Response.json(await object.armed())
    } catch (error) {
      // The object died under the call, as it was told to or at an armed point.
      return new Response(String(error), { status: 503 })
    }
  },
} satisfies ExportedHandler<Env>
