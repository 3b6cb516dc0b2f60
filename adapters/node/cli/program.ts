/** The command tree. Each command lives in a file of its own and loads what it needs when it runs. */
import { Command, Option } from 'commander'
import { agentCommand } from './agent.ts'
import { backupCommand } from './backup.ts'
import { channelCommand } from './channel.ts'
import { configCommand } from './config.ts'
import { cronCommand } from './cron.ts'
import { examples } from './examples.ts'
import { gatewayCommand } from './gateway.ts'
import { hostCommand } from './host.ts'
import { migrateCommand } from './migrate.ts'
import { onboardCommand } from './onboard.ts'
import { pullCommand } from './pull.ts'
import { pushCommand } from './push.ts'
import { restoreCommand } from './restore.ts'
import { statusCommand } from './status.ts'
import { tenantsCommand } from './tenants.ts'
import { version } from './version.ts'

/** Builds the program anew; parsing errors reject instead of exiting, so that `main` decides. */
export function buildProgram(): Command {
  const program = new Command('clawgo')
    .description('A personal-agent gateway: your agent behind one HTTP and WebSocket API.')
    .version(version, '-V, --version')
    .addOption(
      new Option('--config <file>', 'config file; its folder is the home (default ~/.clawgo/config.json)').env(
        'CLAWGO_CONFIG',
      ),
    )
    .addHelpText(
      'after',
      examples([
        ['clawgo onboard', 'connect a model and make the workspace'],
        ['clawgo gateway run', 'start the gateway'],
        ['clawgo agent -m "What can you do?"', 'ask one thing'],
        ['clawgo status', 'is it running, where, with which model'],
      ]),
    )
  for (const command of [
    gatewayCommand(),
    agentCommand(),
    onboardCommand(),
    statusCommand(),
    configCommand(),
    cronCommand(),
    channelCommand(),
    migrateCommand(),
    backupCommand(),
    restoreCommand(),
    hostCommand(),
    tenantsCommand(),
    pushCommand(),
    pullCommand(),
  ]) {
    program.addCommand(command)
  }
  prepare(program)
  return program
}

/** Settings that commander does not hand down to commands built on their own. */
function prepare(command: Command): void {
  command.exitOverride().showHelpAfterError('(add --help for how to use it)').showSuggestionAfterError()
  for (const child of command.commands) prepare(child)
}
