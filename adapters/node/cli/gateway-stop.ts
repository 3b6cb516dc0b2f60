/** Stopping the running gateway from another terminal. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError } from './failure.ts'
import type { Home } from './home.ts'
import { say } from './output.ts'
import { findGateway, isAlive, runningPid } from './running-gateway.ts'

/** Longer than the gateway itself takes to drain and close. */
const PATIENCE_MS = 30_000

/** Sends SIGTERM to the gateway of `home` and waits until it has ended. Signals nothing that is not surely the gateway. */
export async function stopGateway(home: Home): Promise<void> {
  const gateway = await findGateway(home, process.env)
  if (!gateway) {
    const pid = await runningPid(home)
    if (pid === null) throw new CliError('No gateway runs on this home.', { exitCode: 3 })
    throw new CliError(`Process ${pid} is named in gateway.pid but does not answer as a gateway; it was left alone.`, {
      next: `If it is the gateway and hangs, end it with: kill ${pid}`,
      exitCode: 3,
    })
  }
  process.kill(gateway.pid, 'SIGTERM')
  const deadline = Date.now() + PATIENCE_MS
  while (isAlive(gateway.pid)) {
    if (Date.now() > deadline) {
      throw new CliError(`The gateway (process ${gateway.pid}) is still finishing its work.`, {
        next: `Wait, or end it at once with: kill -9 ${gateway.pid}`,
      })
    }
    await sleep(50)
  }
  say('Gateway stopped.')
}
