/** Whole turns a second, against calling the model server directly with the same requests and concurrency. */
import { type Figure, interleaved } from '../figures.ts'
import { startGateway, startModel } from '../gateways.ts'
import type { Measurement } from '../stage.ts'
import { turnsPerSecond } from '../turn-load.ts'
import { chat, complete, upstreamBody } from '../upstream.ts'

const MESSAGE = 'tokens=8'
const SESSIONS = { node: [1, 32, 256], workerd: [32] }

export const turns: Measurement = {
  name: 'turns',
  about: 'whole turns a second with 1, 32 and 256 sessions, against calling the model server directly',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const model = await startModel(stage)
    const gateway = await startGateway(stage, runtime, { model: model.url })
    const body = await upstreamBody(gateway, model, MESSAGE)
    const ms = stage.pick(3000, 600)
    const figures: Figure[] = []
    let load = 0
    for (const sessions of SESSIONS[runtime]) {
      const ours = () => {
        const name = `load${load++}`
        return turnsPerSecond(sessions, ms, (key) => chat(gateway, `${name}-${key}`, MESSAGE))
      }
      const direct = () => turnsPerSecond(sessions, ms, () => complete(model, body))
      await ours()
      const compared = await interleaved(stage.pick(3, 2), ours, direct)
      figures.push({
        name: `whole turns, ${sessions} ${sessions === 1 ? 'session' : 'sessions'}`,
        runtime,
        unit: 'turns/s',
        ...compared,
        against: 'the model server called directly',
        aim: null,
        met: null,
      })
    }
    return figures
  },
}
