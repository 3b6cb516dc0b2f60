/** `clawgo status`: is it running, where, which version, which model, which home. */
import { Command } from 'commander'
import { examples } from './examples.ts'
import { type Home, resolveHome, shownHome } from './home.ts'
import { CONNECT_A_MODEL, modelInUse, modelText } from './model-in-use.ts'
import { say, sayFacts, sayJson } from './output.ts'
import { findGateway } from './running-gateway.ts'
import { version } from './version.ts'

/** Builds the `status` command. */
export function statusCommand(): Command {
  return new Command('status')
    .description('Show whether the gateway runs, where, and which model answers. Exit code 3 when it does not run.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo status', 'for people'],
        ['clawgo status --json', 'for scripts'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const { config, json } = command.optsWithGlobals<{ config?: string; json?: boolean }>()
      await printStatus(resolveHome(config, process.env), json === true)
    })
}

/** Prints the status of the gateway of `home`; exit code 3 when none runs. */
export async function printStatus(home: Home, json: boolean): Promise<void> {
  const gateway = await findGateway(home, process.env)
  if (!gateway) process.exitCode = 3
  const model = gateway && (await modelInUse(gateway))
  if (json) {
    sayJson({
      running: gateway !== null,
      home: home.dir,
      cli_version: version,
      ...(gateway && { url: gateway.url, pid: gateway.pid, version: gateway.version }),
      ...(model && { model: model.ref, model_source: model.source }),
    })
    return
  }
  if (!gateway) {
    sayFacts([
      ['Gateway', 'not running'],
      ['Home', shownHome(home.dir)],
    ])
    say('\nStart it with: npm start')
    return
  }
  sayFacts([
    ['Gateway', `running on ${gateway.url} (process ${gateway.pid})`],
    ['Version', gateway.version],
    ...(model ? [['Model', modelText(model)] as const] : []),
    ['Home', shownHome(home.dir)],
  ])
  if (model?.source === 'offline') for (const line of ['', ...CONNECT_A_MODEL]) say(line)
}
