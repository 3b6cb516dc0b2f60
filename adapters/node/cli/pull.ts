/** `clawgo pull`: another gateway becomes a home on this machine, all of it or nothing. */
import { Command } from 'commander'
import { examples } from './examples.ts'
import { resolveHome, shownHome } from './home.ts'
import { asCliError } from './home-errors.ts'
import { say, sayFacts, sayJson } from './output.ts'
import { heldText, progressLine, remoteToken, sayLeftOut, type TransferOptions } from './transfer-options.ts'

/** Builds the `pull` command. */
export function pullCommand(): Command {
  return new Command('pull')
    .description('Copy another gateway into a new home on this machine.')
    .requiredOption('--from <url>', 'the other gateway: https, or http on this machine')
    .option('--token-file <file>', 'a file with its token (default: the variable CLAWGO_REMOTE_TOKEN)')
    .option('--replace', 'move a home that is there aside, to <home>.bak-<time>')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples([
        ['clawgo pull --from https://gateway.example.workers.dev --token-file token.txt', 'into ~/.clawgo'],
        ['clawgo --config ~/copy/config.json pull --from https://gateway.example.workers.dev', 'into ~/copy'],
      ]),
    )
    .action(async (_options, command: Command) => {
      const { config, from, tokenFile, replace, json } = command.optsWithGlobals<TransferOptions & { from: string }>()
      const token = await remoteToken(tokenFile, process.env)
      const home = resolveHome(config, process.env)
      process.umask(0o077)
      const { pullHome } = await import('../transfer-pull.ts')
      const line = progressLine('Pulling')
      const pulled = await pullHome({
        from: { url: from, token },
        to: { home: home.dir, configFile: home.configFile, env: process.env },
        replace: replace === true,
        progress: line.show,
      })
        .finally(line.end)
        .catch(asCliError)
      if (json) return sayJson({ ok: true, home: home.dir, ...pulled })
      sayFacts([
        ['Pulled into', shownHome(home.dir)],
        ['Holds', heldText(pulled)],
      ])
      if (pulled.moved_aside) say(`The home that was there is in ${shownHome(pulled.moved_aside)}.`)
      sayLeftOut(pulled.left_out)
      say(
        'Two gateways with the same accounts and chats get in each other’s way: stop the other one before this starts.',
      )
    })
}
