/** `clawgo gateway`: run it here, ask how it is, stop it. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { runGateway } from './gateway-run.ts'
import { stopGateway } from './gateway-stop.ts'
import { resolveHome } from './home.ts'
import { say } from './output.ts'
import { gatewayAddress } from './running-gateway.ts'
import { printStatus } from './status.ts'

interface GatewayOptions {
  config?: string
  host?: string
  port?: number
  token?: string
  quiet?: boolean
  json?: boolean
}

/** Builds the `gateway` command. */
export function gatewayCommand(): Command {
  const gateway = new Command('gateway').description('Run, look at or stop the gateway of this home.')
  gateway
    .command('run', { isDefault: true })
    .description('Run the gateway in this terminal until Ctrl-C.')
    .addOption(
      new Option('--host <address>', 'address to listen on (default from the config, else 127.0.0.1)').env(
        'CLAWGO_GATEWAY_HOST',
      ),
    )
    .addOption(
      new Option('--port <number>', 'port to listen on, 0 for any free one (default from the config, else 18790)')
        .env('CLAWGO_GATEWAY_PORT')
        .argParser(portNumber),
    )
    .addOption(
      new Option('--token <token>', 'token clients must present (default from the config; prefer the variable)').env(
        'CLAWGO_GATEWAY_TOKEN',
      ),
    )
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText(
      'after',
      examples([
        ['clawgo gateway run', 'listen as the config says'],
        ['clawgo gateway run --port 0', 'listen on any free port'],
        ['clawgo --config ./test/config.json gateway run', 'a gateway with a home of its own'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const { config, host, port, token, quiet } = command.optsWithGlobals<GatewayOptions>()
      await runGateway(resolveHome(config, process.env), { host, port, token, quiet: quiet === true })
    })
  gateway
    .command('status')
    .description('Show whether the gateway runs. Exit code 3 when it does not.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo gateway status --json', 'for scripts']]))
    .action(async (_options, command: Command) => {
      const { config, json } = command.optsWithGlobals<GatewayOptions>()
      await printStatus(resolveHome(config, process.env), json === true)
    })
  gateway
    .command('token')
    .description('Print the token clients must present, for scripts. Keep it to yourself.')
    .addHelpText('after', examples([['curl -H "Authorization: Bearer $(clawgo gateway token)" ...', 'call the API']]))
    .action(async (_options, command: Command) => {
      const { token } = await gatewayAddress(
        resolveHome(command.optsWithGlobals<GatewayOptions>().config, process.env),
        process.env,
      )
      if (!token)
        throw new CliError('This home has no token yet.', { next: 'It gets one when the gateway starts.', exitCode: 3 })
      say(token)
    })
  gateway
    .command('stop')
    .description('Stop the running gateway: turns finish or are given back to the next start.')
    .addHelpText('after', examples([['clawgo gateway stop', 'returns when the process has ended']]))
    .action(async (_options, command: Command) => {
      await stopGateway(resolveHome(command.optsWithGlobals<GatewayOptions>().config, process.env))
    })
  return gateway
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) throw new InvalidArgumentError('A port is a number from 0 to 65535.')
  return port
}
