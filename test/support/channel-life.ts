/**
 * One life of a gateway, as the process that the channels' fault run kills: `node test/support/channel-life.ts <home>`
 * loads, says `loaded`, and waits for `{ point }`, where it will die, or `{}`; so the next life can be ready before the last
 * one has died. Then it says where it can be reached.
 */
import { startNode } from '../../adapters/node/index.ts'

export interface Order {
  /** `turn-stored:3`: dies when it gets there for the third time. */
  point?: string
}

const [home] = process.argv.slice(2) as [string]

async function open({ point }: Order): Promise<void> {
  const env = { PATH: process.env.PATH, ...(point ? { CLAWGO_TEST_CRASH: point } : {}) }
  const { url } = await startNode({ home, host: '127.0.0.1', port: 0, env, quiet: !process.env.CRASH_LOG })
  process.send!({ url })
}

process.once('message', (order: Order) => void open(order))
// Nobody is left to kill it.
process.on('disconnect', () => process.exit())
process.send!('loaded')
