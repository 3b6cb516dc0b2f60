/** Lists and searches in a store of many sessions, against one of few. */

import { nodeDatabase } from '../../adapters/node/database.ts'
import { type Compared, type Figure, interleaved, type Runtime } from '../figures.ts'
import { fillSessions, MESSAGES_A_SESSION } from '../fill-sessions.ts'
import { databaseOf, startFilledNode, startFilledWorker } from '../filled-gateways.ts'
import type { Measurement, Server, Stage } from '../stage.ts'
import { answerOf, typicalMs } from '../typical-request.ts'

const FEW = 100
const PAGE = 100
const AIM = 1.5

/** What is searched for: its figure's name, the query, and how many sessions it must find. */
const SEARCHES = [
  { name: 'a word of one session', query: 'topic7x', finds: 1 },
  { name: 'a word that is nowhere', query: 'nowhere', finds: 0 },
  { name: 'part of a word', query: 'opic', finds: 5 },
  { name: 'a word of every message', query: 'fox', finds: 5 },
  { name: 'eight words of every message', query: 'quick+brown+fox+jumps+over+the+lazy+dog', finds: 5 },
] as const
/** No work is saved there: the words are in more messages, up to the bound. */
const BOUNDED = /every message/

export const sessions: Measurement = {
  name: 'sessions',
  about: 'ms of GET /api/sessions, of a page of it and of /api/sessions/search with 10 000 sessions, against 100',
  runtimes: ['node', 'workerd'],
  async run(stage, runtime) {
    const many = stage.pick(10_000, 2000)
    const [large, small] = await Promise.all([many, FEW].map((count) => start(stage, runtime, count)))
    const compare = (path: string, basePath = path, requests = stage.pick(20, 10)) =>
      compared(stage, { server: large!, path }, { server: small!, path: basePath }, requests)
    const line = { runtime, against: `the same with ${FEW}` }
    const aimed = ({ ratio }: Compared) => ({ aim: `<= ${AIM} x the baseline`, met: ratio <= AIM })

    const all = await compare('/api/sessions', '/api/sessions', stage.pick(8, 4))
    const each = {
      value: (all.value * 1000) / many,
      baseline: (all.baseline * 1000) / FEW,
      ratio: all.ratio * (FEW / many),
    }
    const newest = await compare(`/api/sessions?limit=${PAGE}`)
    const middle = await compare(
      `/api/sessions?limit=${PAGE}&before=${await middleOf(large!, many)}`,
      `/api/sessions?limit=${PAGE}`,
    )
    const figures: Figure[] = [
      { ...line, name: `all of ${many} sessions`, unit: 'ms', ...all, aim: null, met: null },
      { ...line, name: `all of ${many} sessions, each`, unit: 'µs', ...each, ...aimed(each) },
      { ...line, name: `newest ${PAGE} of ${many} sessions`, unit: 'ms', ...newest, ...aimed(newest) },
      { ...line, name: `${PAGE} in the middle of ${many} sessions`, unit: 'ms', ...middle, ...aimed(middle) },
    ]
    for (const { name, query, finds } of SEARCHES) {
      const path = `/api/sessions/search?query=${query}`
      for (const server of [large!, small!]) await checkFound(server, path, finds)
      const search = await compare(path)
      const aim = BOUNDED.test(name) ? { aim: null, met: null } : aimed(search)
      figures.push({
        ...line,
        name: `search ${many * MESSAGES_A_SESSION} messages: ${name}`,
        unit: 'ms',
        ...search,
        ...aim,
      })
    }
    return figures
  },
}

function start(stage: Stage, runtime: Runtime, count: number): Promise<Server> {
  if (runtime === 'workerd') return startFilledWorker(stage, 'sessions', count)
  return startFilledNode(stage, (home) => {
    const db = nodeDatabase(databaseOf(home))
    fillSessions(db, count)
    db.close()
  })
}

interface Asked {
  server: Server
  path: string
}

async function compared(stage: Stage, ours: Asked, base: Asked, requests: number): Promise<Compared> {
  const [many, few] = [ours, base].map(
    ({ server, path }) =>
      () =>
        typicalMs(server, path, requests),
  )
  await many!()
  await few!()
  return interleaved(stage.pick(7, 3), many!, few!)
}

/** The cursor behind the newer half. */
async function middleOf(server: Server, count: number): Promise<string> {
  let next = ''
  for (let seen = 0; seen < count / 2; seen += 1000) {
    const page = await answerOf<{ sessions: unknown[]; next: string }>(
      server,
      `/api/sessions?limit=1000&before=${next}`,
    )
    next = page.next
  }
  return next
}

async function checkFound(server: Server, path: string, finds: number): Promise<void> {
  const { results } = await answerOf<{ results: unknown[] }>(server, path)
  if (results.length !== finds) throw new Error(`${path} found ${results.length} sessions instead of ${finds}`)
}
