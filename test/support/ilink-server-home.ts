/** The Weixin service on a home of a test: real tables, config, drafts and agenda, and a clock that the test can move. */
import { nodeAlarm } from '../../adapters/node/alarm.ts'
import { nodeDatabase } from '../../adapters/node/database.ts'
import { ChannelDrafts } from '../../src/channels/drafts.ts'
import { channelState } from '../../src/channels/state.ts'
import { channelMigrations } from '../../src/channels/tables.ts'
import { WeixinService, weixinMigrations } from '../../src/channels/weixin/index.ts'
import { ConfigService, configMigrations } from '../../src/config/index.ts'
import { migrate } from '../../src/db/index.ts'
import { Agenda, scheduleMigrations } from '../../src/schedule/index.ts'
import { memoryFiles } from './memory-files.ts'

type Home = { db: ReturnType<typeof nodeDatabase>; files: ReturnType<typeof memoryFiles> }

/** A service on a home; the alarm rings only where a test says so. */
export async function openWeixin(section: Record<string, unknown>, { rings = false, home = newHome() } = {}) {
  const { db, files } = home
  let offset = 0
  const now = () => Date.now() + offset
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  migrate(db, [configMigrations, scheduleMigrations, channelMigrations, weixinMigrations])
  const initial = { channels: { weixin: { enabled: true, ...section } } }
  const config = await ConfigService.open({ db, files, env: {}, now, log, home: '/home', initial })
  const alarm = nodeAlarm(now, log)
  const agenda = new Agenda({ db, now, log, alarm })
  const drafts = new ChannelDrafts({ db, now, config })
  await drafts.open()
  const sources: string[] = []
  config.onSaved((source) => sources.push(source))
  const platform = { db, fetch, now, log, background() {} }
  const service = new WeixinService({
    ...{ platform, config, agenda, drafts },
    running: () => config.current.channels.weixin.enabled,
  })
  if (rings) await alarm.start(() => agenda.wake())
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    service.close()
    await alarm.close()
  }
  return {
    ...{ service, config, drafts, home, agenda, sources, close, state: channelState(db, 'weixin') },
    weixin: () => config.current.channels.weixin,
    passes: (ms: number) => {
      offset += ms
    },
    /** Asks the platform once more. */
    async look() {
      offset += 1300
      const status = await service.status()
      if (!status.ok) throw new Error(status.error)
      return status
    },
  }
}

const newHome = (): Home => ({ db: nodeDatabase(':memory:'), files: memoryFiles() })
