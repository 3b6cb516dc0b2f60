/** `clawgo config`: read, change, check and take back the configuration. */
import { Command } from 'commander'
import { withConfig } from './config-access.ts'
import { checkConfig } from './config-check.ts'
import { examples } from './examples.ts'
import { CliError } from './failure.ts'
import { type Home, resolveHome } from './home.ts'
import { say, sayJson, sayTable } from './output.ts'

/** Builds the `config` command. */
export function configCommand(): Command {
  const config = new Command('config').description(
    'Read and change config.json. Goes through the running gateway, which applies a change at once.',
  )
  config
    .command('get [path]')
    .description('Print the value at a path, or everything, as JSON. Secrets are shown as masks.')
    .option('--json', 'accepted for consistency: the output is always JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo config get agents.defaults.model.primary', 'one value'],
        ['clawgo config get', 'everything, defaults included'],
      ]),
    )
    .action(async (path: string | undefined, _options, command: Command) => {
      const view = await withConfig(homeOf(command), (access) => access.view())
      if (path === undefined) return sayJson(view)
      const { parsePath, valueAt } = await import('../../../src/config/index.ts')
      const value = valueAt(view, parsePath(path))
      if (value === undefined)
        throw new CliError(`Path not found: ${path}`, { next: 'See what there is: clawgo config get' })
      say(JSON.stringify(value))
    })
  config
    .command('set <path> <value>')
    .description('Change one value. The whole config is validated first; a bad one changes nothing.')
    .addHelpText(
      'after',
      examples([
        ['clawgo config set gateway.port 18791', 'a number'],
        ['clawgo config set agents.defaults.model.primary openai/gpt-5.4', 'text needs no quotes'],
        ['clawgo config set gateway.allowed_origins \'["https://example.org"]\'', 'lists and objects as JSON'],
      ]),
    )
    .action(async (path: string, value: string, _options, command: Command) => {
      await withConfig(homeOf(command), (access) => access.set(path, value))
      const needsRestart = /^\s*gateway\.(host|port)\s*$/.test(path)
      say(`Set ${path}.${needsRestart ? ' It counts from the next start of the gateway.' : ''}`)
    })
  config
    .command('check')
    .description('Validate config.json as it is on disk. Exit code 1 when the gateway would refuse it.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo config check', 'after editing the file by hand']]))
    .action(async (_options, command: Command) => {
      const result = await checkConfig(homeOf(command))
      if (!result.ok) process.exitCode = 1
      if (command.opts<{ json?: boolean }>().json) return sayJson(result)
      if (result.ok) say('Config validation passed')
      else for (const error of result.errors) say(`- ${error}`)
      for (const key of result.unknownKeys) say(`Unknown key, kept but not used: ${key}`)
    })
  config
    .command('history')
    .description('List earlier versions of the config, newest first.')
    .option('--json', 'print JSON')
    .addHelpText('after', examples([['clawgo config history', 'ids for `clawgo config rollback`']]))
    .action(async (_options, command: Command) => {
      const revisions = await withConfig(homeOf(command), (access) => access.history())
      if (command.opts<{ json?: boolean }>().json) return sayJson(revisions)
      if (!revisions.length) return say('No earlier versions.')
      await sayTable(
        ['id', 'saved', 'by', 'changed'],
        revisions.map(({ id, at, source, changed }) => [
          String(id),
          new Date(at).toLocaleString(),
          source,
          shortList(changed),
        ]),
      )
    })
  config
    .command('rollback <id>')
    .description('Put an earlier version back, secrets included.')
    .addHelpText('after', examples([['clawgo config rollback 12', 'the id is from `clawgo config history`']]))
    .action(async (id: string, _options, command: Command) => {
      if (!/^\d+$/.test(id))
        throw new CliError(`Not a version id: ${id}`, { next: 'List them: clawgo config history', exitCode: 2 })
      await withConfig(homeOf(command), (access) => access.rollback(Number(id)))
      say(`Config is back at version ${id}.`)
    })
  config
    .command('path')
    .description('Print where config.json is.')
    .addHelpText('after', examples([['$EDITOR "$(clawgo config path)"', 'edit it by hand; a running gateway notices']]))
    .action((_options, command: Command) => say(homeOf(command).configPath))
  return config
}

/** The first few paths; the rest are counted. */
function shortList(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ')
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown
}

function homeOf(command: Command): Home {
  return resolveHome(command.optsWithGlobals<{ config?: string }>().config, process.env)
}
