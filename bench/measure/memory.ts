/** Whether memory stays flat over many turns. */
import { startGateway, startModel } from '../gateways.ts'
import { residentMb } from '../process-usage.ts'
import type { Measurement } from '../stage.ts'
import { runTurns } from '../turn-load.ts'
import { chat } from '../upstream.ts'

const SESSIONS = 32
/** Shares of the run: what the heap takes before its first fifth is over is its working size. */
const PARTS = 10
const WARM_PARTS = 2
const AIM = 1.2

export const memory: Measurement = {
  name: 'memory',
  about: 'resident memory after 10 000 turns, against the same process after the first 2000',
  runtimes: ['node'],
  async run(stage) {
    const model = await startModel(stage)
    const gateway = await startGateway(stage, 'node', { model: model.url })
    const turns = stage.pick(10_000, 600)
    const sizes: number[] = []
    for (let part = 0; part < PARTS; part++) {
      await runTurns(SESSIONS, turns / PARTS, (session) => chat(gateway, `p${part}-${session}`, 'tokens=8'))
      sizes.push(residentMb(gateway.pid))
    }
    const warm = sizes[WARM_PARTS - 1]!
    const last = sizes.at(-1)!
    return [
      {
        name: `resident memory after ${turns} turns`,
        runtime: 'node',
        unit: 'MB',
        value: last,
        baseline: warm,
        against: `after ${(turns / PARTS) * WARM_PARTS} turns`,
        ratio: last / warm,
        // After a quick run's few turns the heap still grows to its working size.
        aim: stage.quick ? null : `<= ${AIM} x the baseline`,
        met: stage.quick ? null : last / warm <= AIM,
      },
    ]
  },
}
