/** The list of many skills, against that of few. */
import { type Figure, interleaved } from '../figures.ts'
import { fillSkills } from '../fill-skills.ts'
import { startGateway } from '../gateways.ts'
import type { Measurement, Server } from '../stage.ts'
import { answerOf, typicalMs } from '../typical-request.ts'

const FEW = 10
const AIM = 1.5

export const skills: Measurement = {
  name: 'skills',
  about: 'ms of GET /api/skills with 500 skills, in all and for each, against 10',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const many = stage.pick(500, 100)
    const [large, small] = await Promise.all([startGateway(stage, runtime), startGateway(stage, runtime)])
    const present = [await fill(large, many), await fill(small, FEW)] as const
    const requests = stage.pick(15, 6)
    const [ours, base] = [large, small].map((server) => () => typicalMs(server, '/api/skills', requests))
    await ours!()
    await base!()
    const all = await interleaved(stage.pick(7, 3), ours!, base!)
    const [value, baseline] = [(all.value * 1000) / present[0], (all.baseline * 1000) / present[1]]
    const each = { value, baseline, ratio: (all.ratio * present[1]) / present[0] }
    const line = { runtime, against: `the same with ${present[1]}` }
    const figures: Figure[] = [
      { ...line, name: `all of ${present[0]} skills`, unit: 'ms', ...all, aim: null, met: null },
      {
        ...line,
        name: `all of ${present[0]} skills, each`,
        unit: 'µs',
        ...each,
        aim: `<= ${AIM} x the baseline`,
        met: each.ratio <= AIM,
      },
    ]
    return figures
  },
}

/** Makes `count` skills and gives how many there are: a new home may begin with some. */
async function fill(server: Server, count: number): Promise<number> {
  await fillSkills(server, count)
  return (await answerOf<{ skills: unknown[] }>(server, '/api/skills')).skills.length
}
