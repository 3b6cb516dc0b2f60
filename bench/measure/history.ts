/** A page of history out of a long session, against the same page out of a short one. */
import { request } from 'undici'
import { type Figure, interleaved, median } from '../figures.ts'
import { AUTHORIZATION, startGateway } from '../gateways.ts'
import type { Measurement } from '../stage.ts'
import { connections } from '../upstream.ts'

const SHORT = 100
const AIM = 1.5

/** Both pages hold 50 messages; the second one ends in the middle of its session. */
const PAGES = [
  { name: 'newest 50', query: () => 'limit=50' },
  { name: '50 before the middle', query: (messages: number) => `limit=50&before=${messages / 2 + 1}` },
]

export const history: Measurement = {
  name: 'history',
  about: 'ms of GET /api/chat/history in a session of 100 000 messages, against one of 100',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const size = stage.pick(100_000, 20_000)
    const gateway = await startGateway(stage, runtime, { filled: { short: SHORT, long: size } })
    const requests = stage.pick(100, 40)
    const figures: Figure[] = []
    for (const page of PAGES) {
      const read = (session: string, query: string) => () =>
        typicalMs(requests, `${gateway.url}/api/chat/history?session=${session}&${query}`)
      const [long, short] = [read('long', page.query(size)), read('short', page.query(SHORT))]
      await long()
      await short()
      const compared = await interleaved(stage.pick(9, 5), long, short)
      figures.push({
        name: `history of ${size / 1000} k messages, ${page.name}`,
        runtime,
        unit: 'ms',
        ...compared,
        against: `the same of ${SHORT} messages`,
        aim: `<= ${AIM} x the baseline`,
        met: compared.ratio <= AIM,
      })
    }
    return figures
  },
}

/** The median time of a request that must show 50 messages, one after the other. */
async function typicalMs(requests: number, url: string): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < requests; i++) {
    const started = performance.now()
    const answer = await request(url, { headers: AUTHORIZATION, dispatcher: connections })
    const text = await answer.body.text()
    times.push(performance.now() - started)
    if (i === 0) {
      const { messages } = JSON.parse(text) as { messages: unknown[] }
      if (messages.length !== 50) throw new Error(`${url} showed ${messages.length} messages instead of 50`)
    }
  }
  return median(times)
}
