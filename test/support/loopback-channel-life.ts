/**
 * One life of a gateway with the loopback channel, as a process that can be killed: `HOME_DIR`, `CONFIG` (JSON), and
 * `CLAWGO_TEST_CRASH=<point>` for where it dies. Prints `ready`.
 */
import { startNode } from '../../adapters/node/index.ts'
import { loopback } from './loopback-channel.ts'

await startNode({
  home: process.env.HOME_DIR!,
  host: '127.0.0.1',
  port: 0,
  initialConfig: JSON.parse(process.env.CONFIG!),
  channels: [loopback],
  env: { PATH: process.env.PATH, CLAWGO_TEST_CRASH: process.env.CLAWGO_TEST_CRASH },
  quiet: true,
})
process.stdout.write('ready\n')
